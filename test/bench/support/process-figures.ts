import type { ControllerProcess } from "../../lab/controller.ts";

/** What a process has used so far. */
export interface Usage {
  /** Resident memory in MiB. */
  readonly memoryMiB: number;
  /** Processor time in seconds. */
  readonly cpuSeconds: number;
  readonly passes: number;
}

/** Reads the controller's own process metrics; workers of Pulumi are processes of their own and not in them. */
export async function readUsage(controller: Pick<ControllerProcess, "url">): Promise<Usage> {
  const response = await fetch(`${controller.url}/metrics`, { signal: AbortSignal.timeout(5_000) });
  const text = await response.text();
  const sum = (name: string): number =>
    [...text.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? ([0-9.e+]+)$`, "gm"))].reduce(
      (total, [, value]) => total + Number(value),
      0,
    );
  return {
    memoryMiB: Math.round(sum("process_resident_memory_bytes") / 2 ** 20),
    cpuSeconds: sum("process_cpu_seconds_total"),
    passes: sum("bascule_pass_seconds_count"),
  };
}
