import { describe, expect, it } from "vitest";
import { memoryCluster } from "../../../test/api/cli/support/bench.ts";
import { memoryBench } from "../../../test/api/cli/support/memory-bench.ts";
import { ended, runningRelease } from "../../../test/api/cli/support/objects.ts";
import { ManualClock } from "../../../test/support/manual-clock.ts";
import { until } from "../../../test/support/until.ts";
import type { Phase } from "../../api/release.ts";
import { hours } from "../../base/duration.ts";
import { EXIT } from "../exit-codes.ts";
import { followRelease } from "../follow-release.ts";

const bench = memoryBench();

describe("watch and wait", () => {
  it.each([
    ["Completed", EXIT.ok],
    ["Reverted", EXIT.notReleased],
    ["Failed", EXIT.notReleased],
    ["Cancelled", EXIT.cancelled],
    ["Superseded", EXIT.superseded],
    ["RevertFailed", EXIT.revertFailed],
  ] as const)("end with a release that becomes %s, exit code %i", async (phase: Phase, exit) => {
    const release = runningRelease("shop-1", "Shifting");
    bench.api.put(release);
    const running = bench.run("wait shop-1 --timeout 60s");
    await until("it is watched", () => bench.api.watching === 1);
    bench.api.put(ended(release, phase, "so it ended"));
    const ran = await running;
    expect(ran).toEqual({ exit, out: `release shop-1 is ${phase}: so it ended\n`, err: "" });
  });

  it("print each transition and each hold once, with the time since the start", async () => {
    const release = runningRelease("shop-1", "Shifting");
    const hold = {
      id: "manualhold-2",
      reason: "ManualHold",
      message: "waiting for a person",
      since: "2026-05-01T10:01:30.000Z",
    };
    bench.api.put(release);
    let shown = "";
    const onOutput = (out: string): void => {
      shown = out;
    };
    const running = bench.run("watch shop-1", { onOutput });
    await until("it is watched", () => bench.api.watching === 1);
    bench.api.put({ ...release, status: { ...release.status, hold } });
    bench.api.put({ ...release, status: { ...release.status, hold: { ...hold, message: "still waiting" } } });
    await until("the hold is shown", () => shown.includes("manualhold-2"));
    bench.api.put(ended(release, "Cancelled", "aborted by alice: broken", "alice"));
    const ran = await running;
    expect(ran.exit).toBe(EXIT.cancelled);
    expect(
      ran.out
        .trimEnd()
        .split("\n")
        .map((l) => l.replace(/\s+/g, " ")),
    ).toEqual([
      "+ 0s Preparing/deploy Started: releasing 1.4.0 to green",
      "+ 1m15s Shifting/weight-5 StepPassed: verify passed",
      "+ 1m30s held manualhold-2 waiting for a person",
      "+ 5m Cancelled Ended: aborted by alice: broken (by alice)",
    ]);
  });

  it("show a line that is overwritten on a terminal, and take it away at the end", async () => {
    const release = runningRelease("shop-1", "Shifting");
    bench.api.put(release);
    const running = bench.run("watch shop-1 --no-color", { tty: true });
    await until("it is watched", () => bench.api.watching === 1);
    bench.api.put(ended(release, "Completed", "green is live"));
    const { out } = await running;
    expect(out).toContain("Shifting/weight-5 5%");
    expect(out).not.toContain("Completed/");
    expect(out).toContain("\r\u001b[2K");
    expect(out.endsWith("\r\u001b[2K")).toBe(true);
    expect(out).not.toContain("\u001b[3");
  });

  it("ask no more when the release has ended already", async () => {
    bench.api.put(ended(runningRelease("shop-1", "Shifting"), "Failed", "no image"));
    expect((await bench.run("wait shop-1")).exit).toBe(EXIT.notReleased);
    expect(bench.api.requests.map((r) => r.method)).toEqual(["GET"]);
  });

  it("leave no timer behind, whatever ended them", async () => {
    const clock = new ManualClock();
    const cluster = { ...memoryCluster(bench.api), clock };
    const release = runningRelease("shop-1", "Shifting");
    bench.api.put(release);
    const stop = new AbortController();
    const options = { cluster, release, timeout: hours(1), signal: stop.signal };
    const before = followRelease(options);
    stop.abort();
    expect((await before).kind).toBe("interrupted");
    await until("no timer waits", () => clock.pending === 0);
    const timed = followRelease({ ...options, signal: new AbortController().signal });
    await clock.pass(hours(1));
    expect((await timed).kind).toBe("timeout");
    await until("no timer waits", () => clock.pending === 0);
    await cluster.close();
  });

  it("give up after --timeout and say that the release goes on", async () => {
    bench.api.put(runningRelease("shop-1", "Shifting"));
    const ran = await bench.run("wait shop-1 --timeout 50ms");
    expect(ran.exit).toBe(EXIT.timeout);
    expect(ran.err).toContain("still Shifting after 50ms");
    expect(bench.api.writes).toEqual([]);
  });

  it("end when the release is deleted, and never take a namesake for it", async () => {
    const release = runningRelease("shop-1", "Shifting");
    bench.api.put(release);
    const running = bench.run("wait shop-1 --timeout 60s");
    await until("it is watched", () => bench.api.watching === 1);
    const other = ended(release, "Completed", "another one");
    bench.api.put({ ...other, metadata: { ...other.metadata, uid: "another" } });
    const ran = await running;
    expect(ran.exit).toBe(EXIT.cancelled);
    expect(ran.err).toContain("was deleted while it was Shifting");
  });

  it("see that a release is gone that was deleted between first read and watch", async () => {
    bench.api.put(runningRelease("shop-1", "Shifting"));
    bench.api.refuse = ({ path }) => {
      if (path.endsWith("/releases")) bench.api.remove("Release", "shop-1");
      return undefined;
    };
    expect((await bench.run("wait shop-1 --timeout 60s")).exit).toBe(EXIT.cancelled);
  });

  it("stop when the person does, with the exit code of an interrupt", async () => {
    bench.api.put(runningRelease("shop-1", "Shifting"));
    const stop = new AbortController();
    const running = bench.run("watch shop-1", { signal: stop.signal });
    await until("it is watched", () => bench.api.watching === 1);
    stop.abort();
    expect((await running).exit).toBe(EXIT.interrupted);
  });

  it("put nothing but the object on stdout with -o json", async () => {
    bench.api.put(ended(runningRelease("shop-1", "Shifting"), "Completed", "green is live"));
    const ran = await bench.run("watch shop-1 -o json");
    expect(JSON.parse(ran.out)).toMatchObject({
      metadata: { name: "shop-1" },
      status: { phase: "Completed" },
    });
    expect(ran.err).toContain("green is live");
  });
});
