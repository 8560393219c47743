/** Two processes that elect a leader through a real API server, and one that is paused while it leads. */
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { LEASES } from "../../../src/kube/lease-record.ts";
import { Reflector } from "../../../src/kube/reflector.ts";
import { LEADER_LEASE } from "../../../src/main/election.ts";
import { systemClock } from "../../../src/telemetry/system-clock.ts";
import { until } from "../../support/until.ts";
import { ClusterBench, CONFIG_MAPS, type ConfigMap, must } from "./bench.ts";

const PROGRAM = join(import.meta.dirname, "late-leader.ts");
const DURATION = 4;

/** One of the candidates, and what it has said. */
class Candidate {
  readonly said: string[] = [];
  readonly #child: ChildProcess;
  readonly #gone: Promise<unknown>;

  constructor(identity: string, namespace: string) {
    const args = [PROGRAM, identity, namespace, String(DURATION)];
    this.#child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    this.#gone = new Promise((resolve) => this.#child.once("exit", resolve));
    const { stdout } = this.#child;
    if (stdout) createInterface(stdout).on("line", (line) => this.said.push(JSON.parse(line).what));
  }
  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }
  async end(name: NodeJS.Signals = "SIGKILL"): Promise<void> {
    if (name === "SIGKILL") this.signal("SIGCONT");
    if (this.#child.exitCode === null) this.signal(name);
    await this.#gone;
  }
}

describe("leaders, against a real API server,", () => {
  let bench: ClusterBench;
  let written: Reflector<ConfigMap>;
  /** Who wrote each version of the ConfigMap, in the API server's order, without repetitions. */
  let writers: string[];
  const candidates: Candidate[] = [];

  beforeAll(async () => {
    bench = new ClusterBench();
    await bench.start();
  });
  afterAll(() => bench.stop());
  afterEach(async () => {
    await Promise.all(candidates.splice(0).map((candidate) => candidate.end()));
    await written.stop();
    for (const [type, name] of [
      [CONFIG_MAPS, "written"],
      [LEASES, LEADER_LEASE],
    ] as const)
      await bench.client.delete(type, { namespace: bench.namespace, name });
  });

  const candidate = (identity: string): Candidate => {
    const made = new Candidate(identity, bench.namespace);
    candidates.push(made);
    return made;
  };
  /** One who knows who leads, and waits. */
  const standby = async (identity: string, leader: string): Promise<Candidate> => {
    const made = candidate(identity);
    await until(`${identity} stands by`, () => made.said.includes(`stands by for ${leader}`), 30_000);
    return made;
  };
  const open = async (): Promise<void> => {
    must(await bench.client.create(CONFIG_MAPS, bench.configMap("written", { by: "nobody" })));
    writers = [];
    const { client, namespace } = bench;
    written = new Reflector({ client, type: CONFIG_MAPS, selection: { namespace }, clock: systemClock });
    written.subscribe((change) => {
      const { metadata, data } = change.object;
      const by = data?.by ?? "";
      if (metadata.name === "written" && by !== writers.at(-1)) writers.push(by);
    });
    written.start();
    await until("the observer watches", () => written.state === "watching");
  };
  const holder = async (): Promise<string> =>
    must(await bench.client.get(LEASES, { namespace: bench.namespace, name: LEADER_LEASE })).spec
      ?.holderIdentity ?? "";
  const count = (): number => written.counter("events");

  it("a paused leader that wakes up late writes nothing, with all its writers at work, and then stands by", async () => {
    await open();
    const first = candidate("first");
    await until("the first leads and writes", () => writers.includes("first"), 30_000);
    await standby("second", "first");
    const before = count();
    await until("the first goes on writing", () => count() > before + 100, 30_000);
    first.signal("SIGSTOP");
    const paused = performance.now();
    await until("the second leads and writes", () => writers.at(-1) === "second", 60_000);
    const took = performance.now() - paused;
    first.signal("SIGCONT");
    await until("the first has found out", () => first.said.includes("abandoned"), 30_000);
    const said = first.said.filter((what) => !what.startsWith("stands by for"));
    expect(said.slice(0, 2)).toEqual(["leads", "begins"]);
    expect(said.slice(2, -1).sort()).toEqual([...Array(4).fill("refused: fenced"), "stands by"]);
    const since = count();
    await until("the second goes on writing", () => count() > since + 100, 30_000);
    expect(writers).toEqual(["nobody", "first", "second"]);
    expect(await holder()).toBe("second");
    // The Lease's duration and a second, and what a busy machine adds.
    expect(took).toBeLessThan((DURATION + 1) * 1_000 + 3_000);
  });

  it("an orderly stop lets the other lead within a second, and a kill within the duration and a second", async () => {
    await open();
    const first = candidate("first");
    await until("the first leads and writes", () => writers.includes("first"), 30_000);
    const second = await standby("second", "first");
    await first.end("SIGTERM");
    const released = performance.now();
    await until("the second leads", () => second.said.includes("leads"), 30_000);
    // It looks each 0.8 s.
    expect(performance.now() - released).toBeLessThan(2_500);
    await until("the second writes", () => writers.at(-1) === "second", 30_000);
    const third = await standby("third", "second");
    await second.end();
    const killed = performance.now();
    await until("the third leads", () => third.said.includes("leads"), 60_000);
    expect(performance.now() - killed).toBeLessThan((DURATION + 1) * 1_000 + 3_000);
    await until("the third writes", () => writers.at(-1) === "third", 30_000);
    expect(writers).toEqual(["nobody", "first", "second", "third"]);
  });
});
