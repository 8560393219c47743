/** Harm that is more than a rule of the proxy, or that ends when something was seen: deeds for `ApiRuns`. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { seconds } from "../../../src/base/duration.ts";
import { waitUntil } from "../../cluster/lib/wait.ts";
import type { Rule } from "../../lab/api-proxy/faults.ts";
import { KIND } from "../../lab/kinds.ts";
import { FORBIDDEN, INTERNAL, refuseStatus } from "./api-faults.ts";
import { type Deed, inPhase, lifted, type Seen } from "./api-runs.ts";
import { mark } from "./bench.ts";
import type { ProxiedBench } from "./proxied.ts";
import { whenSeen } from "./seen.ts";

const HOUR = 3_600_000;

/** All traffic is on one side. */
export const nothingAtTwenty: Seen = () => (s) =>
  s.kind === "route" && !Object.values(s.shares).some((share) => share !== 0 && share !== 100);

/** Refuses what is written into any status until traffic is back, and for some time more. */
export const statusRefused =
  (bench: ProxiedBench): Deed =>
  async () => {
    const injection = bench.proxy.inject(refuseStatus(INTERNAL));
    await whenSeen(bench, "traffic is back", nothingAtTwenty(""));
    await pause(2_000);
    return lifted(injection);
  };

/** Refuses writes to the route until the release says loudly that it can't be taken back, and then no more. */
export const routeForbidden =
  (bench: ProxiedBench): Deed =>
  async (name) => {
    const match: Rule["match"] = { from: "controller", verbs: "writes", resources: ["httproutes"] };
    const injection = bench.proxy.inject({ match, fault: FORBIDDEN });
    await whenSeen(bench, "the revert has failed", inPhase("RevertFailed")(name));
    const counts = lifted(injection);
    await whenSeen(bench, "the revert was tried until it worked", inPhase("Reverted")(name));
    return counts;
  };

/** Pauses etcd for 10 s; shows that nothing could be written meanwhile. */
export const etcdPaused =
  (bench: ProxiedBench): Deed =>
  async () => {
    const etcd = bench.cluster.component("etcd");
    await etcd.pause();
    try {
      const from = performance.now();
      const ref = { name: "shop", namespace: bench.namespace };
      const options = { dryRun: true, deadline: seconds(3) };
      const tried = await bench.objects.client.mergePatch(KIND.plan, ref, {}, options);
      await pause(Math.max(0, 10_000 - (performance.now() - from)));
      return { "etcd paused": tried.ok ? 0 : 1 };
    } finally {
      await etcd.resume();
    }
  };

/** The API server's clock jumps. `for`: milliseconds until it is right again; without it, when the release has ended. */
export const serverClock =
  (bench: ProxiedBench, hours: number): Deed =>
  async (name) => {
    const injection = bench.proxy.inject({ fault: { kind: "date", ms: hours * HOUR } });
    const final = ["Completed", "Reverted", "RevertFailed", "Failed"];
    await bench.releases.whenPhase(name, final, seconds(240));
    return lifted(injection);
  };

/** The API server's clock is wrong for some seconds, and the controller that has heard of it is replaced by one that has not. */
export const serverClockAndRestart =
  (bench: ProxiedBench, hours: number): Deed =>
  async () => {
    const injection = bench.proxy.inject({ fault: { kind: "date", ms: hours * HOUR } });
    await pause(1_500);
    await bench.controller.kill();
    const counts = lifted(injection);
    await bench.controller.start();
    return counts;
  };

/** The system clock of the controller jumps while the release runs; its log shows that it did. */
export const ownClock =
  (bench: ProxiedBench, hours: number): Deed =>
  async (name) => {
    const set = (ms: number): void => {
      writeFileSync(clockFile(bench.home), String(ms));
      process.kill(bench.controller.identity?.pid as number, "SIGUSR2");
    };
    set(hours * HOUR);
    try {
      await bench.releases.whenPhase(name, ["Completed", "Reverted", "RevertFailed", "Failed"], seconds(240));
      const off = (): boolean => {
        const [last = "{}"] = bench.controller.logTail(1).split("\n");
        const { time } = JSON.parse(last) as { readonly time?: string };
        return Math.abs(Date.parse(time ?? "") - mark() - hours * HOUR) < HOUR / 10;
      };
      await waitUntil("the log has the other time", off, { deadline: seconds(10) });
      return { "the controller's clock": 1 };
    } finally {
      set(0);
    }
  };
export const clockFile = (home: string): string => join(home, "clock");

/** The controller dies once something was seen, and its successor is shown the world as it is now for 6 s. */
export const stalePicture =
  (bench: ProxiedBench, seen: Seen): Deed =>
  async (name) => {
    const { objects, namespace } = bench;
    const listed = await objects.client.list(KIND.plan, { namespace, deadline: seconds(10) });
    if (!listed.ok) throw listed.error;
    const { resourceVersion } = listed.value;
    await whenSeen(bench, "the world has gone on", seen(name));
    await bench.controller.kill();
    const injection = bench.proxy.inject(
      { match: { from: "controller" }, fault: { kind: "stale", resourceVersion } },
      { match: { from: "controller", verbs: ["watch"] }, fault: { kind: "hang" } },
    );
    await bench.controller.start();
    await pause(6_000);
    return lifted(injection);
  };
