import { readdirSync, readFileSync } from "node:fs";
import { type Instant, instant, renderInstant } from "../../../src/base/instant.ts";
import { readStat } from "../../cluster/lib/identity.ts";
import { clockNow } from "../load/load.ts";

/** A Pulumi CLI at work, as the process table had it at one moment. */
export interface EngineSighting {
  readonly at: Instant;
  readonly pid: number;
  /** When the process began; a process id alone may be used again. */
  readonly started: Instant;
  readonly stack: string;
  readonly operation: string;
}

const EVERY_MS = 200;
/** What changes a stack; previews and questions may run beside it. */
const CHANGING: ReadonlySet<string> = new Set(["up", "destroy", "refresh", "import", "cancel"]);
/** Jiffies, in which Linux tells when a process began. */
const PER_SECOND = 100;

/** Looks at this machine's processes for Pulumi CLIs that change stacks of one namespace. */
export class Engines {
  readonly #log: EngineSighting[] = [];
  readonly #prefix: string;
  #timer: NodeJS.Timeout | undefined;

  constructor(namespace: string) {
    this.#prefix = `${namespace}.`;
  }

  start(): void {
    this.#timer = setInterval(() => this.#look(), EVERY_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  log(from?: Instant): readonly EngineSighting[] {
    return from === undefined ? this.#log : this.#log.filter(({ at }) => at >= from);
  }

  #look(): void {
    const at = clockNow();
    for (const entry of readdirSync("/proc")) {
      const pid = Number(entry);
      if (!Number.isInteger(pid)) continue;
      try {
        const line = readFileSync(`/proc/${pid}/cmdline`, "utf8");
        const engine = readEngine(line);
        if (engine === undefined || !engine.stack.startsWith(this.#prefix)) continue;
        const stat = readStat(readFileSync(`/proc/${pid}/stat`, "utf8"));
        if (stat === undefined) continue;
        // What a CLI starts has the CLI's own command line until it has become another program.
        if (readFileSync(`/proc/${stat.parent}/cmdline`, "utf8") === line) continue;
        const started = instant(bootTime() + (Number(stat.startTime) * 1_000) / PER_SECOND);
        this.#log.push({ at, pid, started, ...engine });
      } catch {
        // Gone since the table was read.
      }
    }
  }
}

/** Stack and operation of a CLI that changes one; undefined for every other process. */
export function readEngine(commandLine: string): Pick<EngineSighting, "stack" | "operation"> | undefined {
  const args = commandLine.split("\0");
  if (args[0] === undefined || !/(^|\/)pulumi$/.test(args[0])) return undefined;
  const operation = args.slice(1).find((arg) => CHANGING.has(arg));
  const named = args[args.indexOf("--stack") + 1];
  if (operation === undefined || !args.includes("--stack") || named === undefined) return undefined;
  return { operation, stack: named.split("/").at(-1) ?? named };
}

let boot: number | undefined;
function bootTime(): number {
  boot ??= clockNow() - Number(readFileSync("/proc/uptime", "utf8").split(" ")[0]) * 1_000;
  return boot;
}

/** Every pair of CLIs that changed one stack at once: one began before the other was seen for the last time. */
export function enginesOverlapping(log: readonly EngineSighting[]): readonly string[] {
  const runs = new Map<string, { readonly first: EngineSighting; last: Instant }>();
  for (const seen of log) {
    const key = `${seen.pid} ${seen.stack} ${Math.round(seen.started / 1_000)}`;
    const run = runs.get(key);
    if (run === undefined) runs.set(key, { first: seen, last: seen.at });
    else run.last = seen.at;
  }
  const all = [...runs.values()].sort((a, b) => a.first.started - b.first.started);
  return all.flatMap(({ first: late }, index) =>
    all
      .slice(0, index)
      .filter(({ first, last }) => first.stack === late.stack && last > late.started)
      .map(({ first, last }) => {
        const until = `process ${first.pid} was at ${first.operation} until ${renderInstant(last)}`;
        return `${late.stack}: ${late.operation} began in process ${late.pid} at ${renderInstant(late.started)}, and ${until}`;
      }),
  );
}
