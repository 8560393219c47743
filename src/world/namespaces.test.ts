import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ManualClock } from "../../test/support/manual-clock.ts";
import { RudeServer, reply, status } from "../../test/support/rude-server.ts";
import { connect } from "../../test/support/short-connection.ts";
import { until } from "../../test/support/until.ts";
import { seconds } from "../base/duration.ts";
import type { KubeObject } from "../kube/kube-object.ts";
import { planKey } from "../ports/world.ts";
import { KubeWorld } from "./world.ts";

const WATCHED = ["team-a", "team-b"];
let clock: ManualClock;
let server: RudeServer;
let world: KubeWorld;
/** Namespaces that are being deleted, and those that are gone. */
let terminating: Set<string>;
let gone: Set<string>;

/** An API server that knows a plan in each namespace, and refuses whatever is not of one of the two. */
beforeEach(async () => {
  clock = new ManualClock();
  server = await RudeServer.start();
  terminating = new Set();
  gone = new Set();
  server.use(({ path, query }, response) => {
    const [, namespace = "", plural] = /\/namespaces\/([^/]+)(?:\/([^/]+))?$/.exec(path) ?? [];
    if (!WATCHED.includes(namespace)) return reply(response, 403, status(403, "Forbidden", "not yours"));
    if (plural === undefined) {
      if (gone.has(namespace)) return reply(response, 404, status(404, "NotFound", "gone"));
      const phase = terminating.has(namespace) ? "Terminating" : "Active";
      const metadata = { name: namespace, uid: namespace, resourceVersion: phase };
      return reply(response, 200, { apiVersion: "v1", kind: "Namespace", metadata, status: { phase } });
    }
    // As a server that knows no streamed lists.
    if (query.has("sendInitialEvents")) return reply(response, 422, status(422, "Invalid", "not served"));
    // A watch that has nothing to tell.
    if (query.get("watch") === "true") {
      response.writeHead(200, { "content-type": "application/json" }).flushHeaders();
      return "done";
    }
    const metadata = { name: "shop", namespace, uid: `${namespace}-shop`, resourceVersion: "1" };
    const items = plural === "releaseplans" ? [{ metadata, spec: { traffic: { create: {} } } }] : [];
    return reply(response, 200, { metadata: { resourceVersion: "1" }, items });
  });
  const client = connect(server, { clock });
  world = new KubeWorld({ client, clock, namespaces: WATCHED });
  world.group.start();
  await until("everything is listed", () => world.group.unsynced.length === 0);
});
afterEach(async () => {
  await world.group.stop();
  await server.stop();
});

describe("a world of some namespaces", () => {
  it("asks for nothing beyond them, and knows what is in each", () => {
    const elsewhere = server.requests.filter(({ path }) => !/\/namespaces\/team-[ab](\/|$)/.test(path));
    expect(elsewhere.map(({ path }) => path)).toEqual([]);
    for (const namespace of WATCHED)
      expect(world.plan(planKey(namespace, "shop"))?.metadata.uid).toBe(`${namespace}-shop`);
    expect(world.plan(planKey("team-c", "shop"))).toBeUndefined();
    const { plans } = world.reflectors;
    expect(plans.store.size).toBe(2);
    expect(plans.store.list("team-b").map(({ metadata }) => metadata.namespace)).toEqual(["team-b"]);
    expect(plans.store.byIndex("uid", "team-a-shop")).toHaveLength(1);
  });

  it("tells changes of all of them, until nobody wants to hear", () => {
    const told: (string | undefined)[] = [];
    const end = world.reflectors.plans.subscribe(({ object }) => told.push(object.metadata.namespace));
    expect(told.sort()).toEqual(WATCHED);
    end();
  });

  it("knows no templates and no gateway classes of the cluster, and waits for none", () => {
    expect(world.clusterTemplate("http-golden-signals")).toBeUndefined();
    expect(world.reflectors.gatewayClasses.synced).toBe(true);
    expect(world.group.silentFor(seconds(1))).toEqual([]);
  });

  it("sees by asking for it that a namespace is on its way out, and that it is gone", async () => {
    const told: string[] = [];
    world.reflectors.namespaces.subscribe(({ kind, object }: { kind: string; object: KubeObject }) =>
      told.push(`${kind} ${object.metadata.name}`),
    );
    expect(world.namespaceTerminating("team-a")).toBe(false);
    terminating.add("team-a");
    clock.advance(seconds(5));
    await until("it is terminating", () => world.namespaceTerminating("team-a"));
    gone.add("team-a");
    clock.advance(seconds(5));
    await until("it is gone", () => told.includes("deleted team-a"));
    expect(told).toContain("updated team-a");
    expect(world.namespaceTerminating("team-b")).toBe(false);
  });
});
