/**
 * Laws over every order of events: two leaders with caches of their own, a gateway that writes status and people
 * who edit weights. The leaders are real adapters; only the API server is in memory.
 */
import fc from "fast-check";
import { expect, it } from "vitest";
import type { Result } from "../../../src/base/result.ts";
import { basisPoints } from "../../../src/base/weight.ts";
import type { RouteObject } from "../../../src/core/traffic/route-object.ts";
import type { Split, TrafficError } from "../../../src/ports/traffic-router.ts";
import { HttpRouteRouter } from "../../../src/traffic/http-route.ts";
import type { ObjectAccess } from "../../../src/traffic/object-access.ts";
import { BACKENDS, userRoute } from "./http-route-world.ts";
import { MemoryApi } from "./memory-api.ts";
import { RUNS, split } from "./steps.ts";

const NAMESPACE = "shop-prod";
const TARGET = { kind: "HTTPRoute" as const, name: "shop", rules: [0], ruleNames: ["main"], parents: [] };
const BACK = split({ adopted: 10_000, blue: 0 });
const none = { gateway: () => undefined, gatewayClass: () => undefined };

/** A leader whose cache is as old as its last look. */
class Leader {
  readonly #api: MemoryApi<RouteObject>;
  readonly router: HttpRouteRouter;
  #cache: RouteObject | undefined;
  #version = "";

  constructor(api: MemoryApi<RouteObject>) {
    this.#api = api;
    const access: ObjectAccess<RouteObject> = {
      get: () => this.#cache,
      read: (namespace, name) => api.read(namespace, name),
      patch: (namespace, name, ops) => api.patch(namespace, name, ops),
    };
    this.router = new HttpRouteRouter(access, none);
    this.look();
  }

  /** The watch delivers what is stored. */
  look(): void {
    this.#cache = this.#api.stored(NAMESPACE, "shop");
  }

  /** A decision to go forward is made on this version; the leader may sleep before it writes. */
  decide(): void {
    this.#version = this.router.observe(NAMESPACE, TARGET, BACKENDS).resourceVersion ?? "";
  }

  shift(to: Split, run: string): Promise<Result<void, TrafficError>> {
    return this.router.shift({ ...this.#write(to, run), resourceVersion: this.#version });
  }

  revert(run: string): Promise<Result<void, TrafficError>> {
    return this.router.revert(this.#write(BACK, run));
  }

  #write(to: Split, run: string) {
    return { namespace: NAMESPACE, target: TARGET, backends: BACKENDS, split: to, run };
  }
}

type Event =
  | { readonly kind: "look" | "decide" | "revert"; readonly leader: 0 | 1 }
  | { readonly kind: "shift"; readonly leader: 0 | 1; readonly share: number }
  | { readonly kind: "status" | "removeBlue" }
  | { readonly kind: "hand"; readonly adopted: number; readonly blue: number };

const leader = fc.constantFrom<0 | 1>(0, 1);
const events = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constantFrom("look" as const, "decide" as const, "revert" as const), leader }),
    fc.record({ kind: fc.constant("shift" as const), leader, share: fc.nat(10_000) }),
    fc.record({ kind: fc.constantFrom("status" as const, "removeBlue" as const) }),
    fc.record({ kind: fc.constant("hand" as const), adopted: fc.nat(100), blue: fc.nat(100) }),
  ) as fc.Arbitrary<Event>,
  { maxLength: 25 },
);

function startWorld() {
  const api = new MemoryApi<RouteObject>();
  api.put(userRoute(NAMESPACE), "kubectl-create");
  return { api, leaders: [new Leader(api), new Leader(api)] as const };
}

/** Weights of the given rule by Service. */
const weights = (api: MemoryApi<RouteObject>): Readonly<Record<string, number | undefined>> =>
  Object.fromEntries(
    (api.stored(NAMESPACE, "shop")?.spec.rules?.[0]?.backendRefs ?? []).map((r) => [r.name, r.weight]),
  );

function others(api: MemoryApi<RouteObject>, event: Event): void {
  api.edit(NAMESPACE, "shop", "somebody", (stored) => {
    const route = stored as Omit<RouteObject, "status"> & { status?: unknown };
    const rule = route.spec.rules?.[0] as { backendRefs?: { name: string; weight?: number }[] } | undefined;
    if (event.kind === "status") route.status = { parents: [], seen: route.metadata.resourceVersion };
    if (rule === undefined) return;
    if (event.kind === "removeBlue")
      rule.backendRefs = rule.backendRefs?.filter((r) => r.name !== "shop-blue") ?? [];
    if (event.kind === "hand")
      for (const r of rule.backendRefs ?? []) r.weight = r.name === "shop" ? event.adopted : event.blue;
  });
}

async function happen(world: ReturnType<typeof startWorld>, event: Event, run: string) {
  if (!("leader" in event)) {
    others(world.api, event);
    return undefined;
  }
  const who = world.leaders[event.leader];
  if (event.kind === "look") who.look();
  else if (event.kind === "decide") who.decide();
  else if (event.kind === "revert") return who.revert(run);
  else if (event.kind === "shift")
    return who.shift({ adopted: basisPoints(10_000 - event.share), blue: basisPoints(event.share) }, run);
  return undefined;
}

it("lets no forward write land after a revert of its run, in any order of events", async () => {
  await fc.assert(
    fc.asyncProperty(events, async (list) => {
      const world = startWorld();
      let reverted = false;
      for (const event of list) {
        const answer = await happen(world, event, RUNS.first);
        if (event.kind === "revert") {
          // However old the leader's cache, whatever others just wrote: the way back is open.
          expect(answer).toEqual({ ok: true, value: undefined });
          reverted = true;
        }
        if (event.kind === "shift" && reverted) expect(answer).toMatchObject({ ok: false });
      }
    }),
    { numRuns: 500 },
  );
});

it("leaves all traffic on the old side after a revert, whatever happened before, twice as once", async () => {
  await fc.assert(
    fc.asyncProperty(events, leader, async (list, last) => {
      const world = startWorld();
      for (const event of list) await happen(world, event, RUNS.first);
      expect(await world.leaders[last].revert(RUNS.first)).toMatchObject({ ok: true });
      expect(weights(world.api)).toEqual({ shop: 100, "shop-blue": 0 });
      const once = world.api.stored(NAMESPACE, "shop");
      expect(await world.leaders[last].revert(RUNS.first)).toMatchObject({ ok: true });
      expect(world.api.stored(NAMESPACE, "shop")).toEqual(once);
    }),
    { numRuns: 500 },
  );
});

it("lets nothing of an earlier run land once a later one has written", async () => {
  await fc.assert(
    fc.asyncProperty(events, events, async (before, after) => {
      const world = startWorld();
      for (const event of before) await happen(world, event, RUNS.first);
      const later = new Leader(world.api);
      later.decide();
      const to = split({ adopted: 9_000, blue: 1_000 });
      expect(await later.shift(to, RUNS.second)).toMatchObject({ ok: true });
      for (const event of after) {
        if (!("leader" in event)) continue;
        const answer = await happen(world, event, RUNS.first);
        if (answer !== undefined) expect(answer.ok).toBe(false);
        expect(weights(world.api)).toEqual({ shop: 90, "shop-blue": 10 });
      }
    }),
    { numRuns: 500 },
  );
});

it("needs one request for a revert while gateways write status all the time", async () => {
  const world = startWorld();
  world.leaders[0].decide();
  await world.leaders[0].shift(split({ adopted: 5_000, blue: 5_000 }), RUNS.first);
  for (let round = 0; round < 100; round++) others(world.api, { kind: "status" });
  const sent = world.api.patches.length;
  expect(await world.leaders[0].revert(RUNS.first)).toMatchObject({ ok: true });
  expect(world.api.patches.length).toBe(sent + 1);
  expect(world.api.reads).toBe(0);
});
