import { afterEach, beforeEach, expect, test } from "vitest";
import { ReflectorBench } from "../../test/support/reflector-bench.ts";
import { RudeCollection, type TestObject } from "../../test/support/rude-collection.ts";
import { connect } from "../../test/support/short-connection.ts";
import { until } from "../../test/support/until.ts";
import { milliseconds, seconds } from "../base/duration.ts";
import type { KubeClient } from "./client.ts";
import { listenForLease } from "./lease-echo.ts";
import { LEASES, type LeaseObject } from "./lease-record.ts";
import type { Reflector } from "./reflector.ts";
import { ReflectorGroup } from "./reflector-group.ts";

let bench: ReflectorBench;
let client: KubeClient;
let leases: RudeCollection;
let widgets: Reflector<TestObject>;
let group: ReflectorGroup;
let answered: (lease: LeaseObject) => void;

beforeEach(async () => {
  bench = await ReflectorBench.start();
  leases = new RudeCollection(bench.server, LEASES);
  leases.put("bascule-leader");
  const { clock, log } = bench;
  client = connect(bench.server, { clock });
  widgets = bench.reflector();
  group = new ReflectorGroup([widgets], clock);
  answered = listenForLease({ client, clock, log }, { namespace: "ns", name: "bascule-leader" }, group);
  group.start();
  await bench.untilWatched(widgets);
  await until("the Lease is watched", () => leases.watches.size > 0 && group.unsynced.length === 0);
  clock.advance(seconds(1));
});
afterEach(async () => {
  await group.stop();
  await client.transport.close();
  await bench.stop();
});

/** Its connections stay, and nothing comes over them any more. */
const halfOpen = (): void => {
  for (const { watches } of [leases, bench.widgets]) watches.clear();
};
const warnings = (): number => bench.log.lines.filter(({ level }) => level === "warn").length;

test("of all Leases only the one is asked for", () => {
  const asked = bench.server.requests.filter(({ path }) => path.endsWith("/leases"));
  expect(asked.map(({ query }) => query.get("fieldSelector"))).toEqual(["metadata.name=bascule-leader"]);
});

test("half-open watches are noticed while nothing is written but the Lease", async () => {
  halfOpen();
  bench.widgets.put("a");
  answered(leases.put("bascule-leader"));
  bench.clock.advance(seconds(5));
  await until(
    "what was missed is there",
    () => widgets.store.get({ namespace: "ns", name: "a" }) !== undefined,
  );
  expect(warnings()).toBe(1);
});

test("a Lease that is shown in time leaves the watches as they are", async () => {
  const lease = leases.put("bascule-leader");
  answered(lease);
  bench.widgets.put("a");
  await until("both watches have shown a change", () => group.silentFor(milliseconds(500)).length === 0);
  const before = bench.server.requests.length;
  bench.clock.advance(seconds(5));
  expect([bench.server.requests.length, warnings()]).toEqual([before, 0]);
});
