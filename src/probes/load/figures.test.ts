/** The generator's figures against a server whose delays and errors are known, and beside another generator. */
import { createRequire } from "node:module";
import { afterEach, describe, expect, it } from "vitest";
import { DelayedServer, type Plan } from "../../../test/support/delayed-server.ts";
import { until } from "../../../test/support/until.ts";
import { seconds } from "../../base/duration.ts";
import type { LoadEnd, LoadFigures } from "../../core/gate/load/figures.ts";
import type { LoadStage } from "../../core/gate/load/stages.ts";
import { LoadProcess } from "./load-process.ts";
import type { LoadJob } from "./messages.ts";

interface OracleResult {
  readonly "2xx": number;
  readonly non2xx: number;
  readonly latency: Readonly<Record<"p50" | "p90" | "p99", number>>;
}
/** The oracle has no types of its own. */
const autocannon = createRequire(import.meta.url)("autocannon") as (options: object) => Promise<OracleResult>;

const constant = (rate: number, time: number): LoadStage => ({
  from: rate,
  to: rate,
  duration: seconds(time),
});
/** What the machine may add, in milliseconds: when it is busy the generator is late, and says how late. */
const slackOf = ({ lateness }: LoadFigures): number => 20 + 2 * lateness.max;
const TRIES = { retry: 2, timeout: 60_000 };

describe("a load's figures", () => {
  const servers: DelayedServer[] = [];
  const running: LoadProcess[] = [];
  afterEach(async () => {
    await Promise.all(running.splice(0).map((load) => load.stop()));
    await Promise.all(servers.splice(0).map((server) => server.stop()));
  });

  const serve = async (plan: Plan): Promise<DelayedServer> => {
    const server = await DelayedServer.start(plan);
    servers.push(server);
    return server;
  };
  const begin = (url: string, stages: readonly LoadStage[], more: Partial<LoadJob> = {}): LoadProcess => {
    const job: LoadJob = {
      ...{ stages, url, method: "GET", headers: {}, slot: true, policy: { allow: [], apiServer: [] } },
      ...{ connections: 64, timeout: 5_000, allowedErrors: 0.5, ...more },
    };
    const load = new LoadProcess(job);
    running.push(load);
    return load;
  };
  const ended = async (load: LoadProcess): Promise<{ figures: LoadFigures; end: LoadEnd }> => {
    await load.gone;
    const { figures, end } = load.state;
    if (figures === undefined || end === undefined) throw new Error("the load has no end");
    return { figures, end };
  };

  it("are the server's own delays, within precision and what scheduling adds", TRIES, async () => {
    // Of ten answers eight take 150 ms, one 400 ms and one 900 ms.
    const server = await serve((n) => ({ pause: n % 10 === 9 ? 900 : n % 10 === 8 ? 400 : 150 }));
    const { figures, end } = await ended(begin(server.url, [constant(100, 4)]));
    expect(end).toEqual({ how: "completed" });
    expect(figures).toMatchObject({ planned: 400, due: 400, answered: 400, failed: 0, measured: 400 });
    for (const [name, share] of [
      ["p50", 0.5],
      ["p90", 0.9],
      ["p99", 0.99],
    ] as const) {
      const own = server.percentile(share);
      expect(figures.latency[name]).toBeGreaterThanOrEqual(own * 0.99 - 1);
      expect(figures.latency[name]).toBeLessThanOrEqual(own * 1.1 + slackOf(figures));
    }
  });

  it("count every error by its status", async () => {
    const server = await serve((n) => ({ pause: 1, status: n % 10 === 0 ? 503 : n % 10 === 1 ? 404 : 200 }));
    const { figures } = await ended(begin(server.url, [constant(100, 2)]));
    expect(figures).toMatchObject({ due: 200, answered: 200, failed: 40 });
    expect(figures.failures).toEqual({ "status 503": 20, "status 404": 20 });
  });

  it("count what users would have waited when the server stalls once, not what few connections saw", async () => {
    const server = await serve(() => ({ pause: 1 }));
    const load = begin(server.url, [constant(100, 3)], { connections: 4 });
    await until("requests arrive", () => server.requests > 20);
    server.stalledUntil = performance.now() + 1_000;
    const { figures } = await ended(load);
    // Four connections had one slow answer each; but a hundred of three hundred requests were due in that second.
    expect(server.took.filter((took) => took > 500).length).toBeLessThanOrEqual(4);
    expect(figures.latency.p90).toBeGreaterThan(400);
    expect(figures.latency.max).toBeGreaterThan(900);
    expect(figures).toMatchObject({ due: 300, answered: 300, failed: 0 });
  });

  it("follow ramps and spikes: as many requests as the stages ask for arrive", async () => {
    const server = await serve(() => ({ pause: 1 }));
    const stages = [
      { from: 10, to: 90, duration: seconds(1) },
      constant(300, 0.5),
      { from: 90, to: 10, duration: seconds(1) },
    ];
    const { figures } = await ended(begin(server.url, stages));
    expect(figures.due).toBe(250);
    expect(server.requests).toBe(250);
  });

  it("agree with those of autocannon at the same rate", TRIES, async () => {
    // A fifth is slow: both the middle and the tenth part from the top are well inside a group.
    const plan: Plan = (n) => ({ pause: n % 5 === 4 ? 600 : 150, status: n % 20 === 0 ? 500 : 200 });
    const [ours, theirs] = [await serve(plan), await serve(plan)];
    const { figures } = await ended(begin(ours.url, [constant(100, 5)], { connections: 40 }));
    // Its correction for coordinated omission makes answers up; without it, it tells what it measured.
    const how = { overallRate: 100, duration: 5, ignoreCoordinatedOmission: true };
    const oracle = await autocannon({ url: theirs.url, connections: 40, ...how });
    const requests = oracle["2xx"] + oracle.non2xx;
    expect(figures.answered / requests).toBeGreaterThan(0.8);
    expect(figures.answered / requests).toBeLessThan(1.25);
    const shares = [figures.failed / figures.answered, oracle.non2xx / requests] as const;
    expect(Math.abs(shares[0] - shares[1])).toBeLessThan(0.02);
    for (const name of ["p50", "p90", "p99"] as const) {
      expect(figures.latency[name]).toBeGreaterThan(oracle.latency[name] / 1.5);
      expect(figures.latency[name]).toBeLessThan(oracle.latency[name] * 1.5 + slackOf(figures));
    }
  });

  it("end at once when the target falls over in the middle", async () => {
    const server = await serve(() => ({ pause: 1 }));
    const load = begin(server.url, [constant(100, 60)], { timeout: 1_000, allowedErrors: 0.01 });
    await until("requests arrive", () => server.requests > 100);
    await server.stop();
    const { figures, end } = await ended(load);
    expect(end.how).toBe("targetDown");
    expect(figures.due).toBeLessThan(2_000);
    expect(Object.keys(figures.failures)).toContain("connection refused");
  });

  it("end when the target takes requests and never answers, and hold no more of them than is allowed", async () => {
    const server = await serve(() => ({ pause: 600_000 }));
    const { figures, end } = await ended(
      begin(server.url, [constant(1_000, 60)], { connections: 8, timeout: 5_000 }),
    );
    expect(end).toMatchObject({ how: "targetDown", why: expect.stringContaining("no answer") });
    expect(figures.failures["not sent, too many without an answer"]).toBeGreaterThan(100);
    expect(server.requests).toBeLessThanOrEqual(16);
    expect(figures.answered).toBe(0);
  });

  it("are worth nothing when the generator was held up, and it says so", async () => {
    const server = await serve(() => ({ pause: 1 }));
    const load = begin(server.url, [constant(100, 60)]);
    await until("requests arrive", () => server.requests > 50);
    const { pid } = load;
    if (pid === undefined) throw new Error("no process");
    process.kill(pid, "SIGSTOP");
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    process.kill(pid, "SIGCONT");
    const { end } = await ended(load);
    expect(end).toMatchObject({ how: "overloaded", why: expect.stringContaining("late") });
  });
});
