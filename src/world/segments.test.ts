import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { RudeServer, reply, type SeenRequest, status } from "../../test/support/rude-server.ts";
import { connect } from "../../test/support/short-connection.ts";
import { instant } from "../base/instant.ts";
import { renderSegment, type Segment, type SegmentObject, segmentNames } from "../core/record/segment.ts";
import { systemClock } from "../telemetry/system-clock.ts";
import { KubeSegments } from "./segments.ts";

const PATH = "/api/v1/namespaces/ns/configmaps";
const NOW = instant(Date.UTC(2030, 0, 1));
const SEGMENT: Segment = {
  key: "uid-1/journal/0/abc",
  namespace: "ns",
  plan: "shop",
  release: { name: "one", uid: "uid-1" },
  offset: 0,
  entries: [{ at: "2030-01-01T00:00:00.000Z", from: "a", to: "b", reason: "Because", hash: "sha256:1" }],
};
const [PROPER, OTHER] = segmentNames(SEGMENT);

describe("storing a segment", () => {
  let server: RudeServer;
  let segments: KubeSegments;
  let settled: string[];
  /** Objects by name; creating one of them is answered as the API server does. */
  let objects: Map<string, SegmentObject>;
  let refuse: object | undefined;
  beforeEach(async () => {
    server = await RudeServer.start();
    segments = new KubeSegments(connect(server, { clock: systemClock }), () => NOW);
    settled = [];
    segments.onSettled((plan) => settled.push(plan));
    objects = new Map();
    refuse = undefined;
    server.use((request, response) => {
      if (!request.path.startsWith(PATH)) return undefined;
      if (request.method === "GET") {
        const found = objects.get(request.path.slice(PATH.length + 1));
        return found === undefined
          ? reply(response, 404, status(404, "NotFound", "not found"))
          : reply(response, 200, found);
      }
      if (refuse !== undefined) return reply(response, 403, refuse);
      const object = JSON.parse(request.body) as SegmentObject;
      const { name } = object.metadata;
      if (objects.has(name))
        return reply(response, 409, status(409, "AlreadyExists", `"${name}" already exists`));
      objects.set(name, object);
      return reply(response, 201, object);
    });
  });
  afterEach(async () => {
    await server.stop();
  });
  const outcome = () => segments.outcome("uid-1");
  const requests = (): readonly string[] => server.requests.map((r: SeenRequest) => `${r.method} ${r.path}`);

  it("creates an immutable ConfigMap that belongs to the release, and tells its plan", async () => {
    expect(outcome()).toBeUndefined();
    await segments.store(SEGMENT);
    expect(outcome()).toEqual({ key: SEGMENT.key, state: "stored" });
    expect(settled).toEqual(["ns/shop"]);
    expect(objects.get("one-journal-0")).toEqual({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: {
        name: "one-journal-0",
        namespace: "ns",
        labels: {
          "app.kubernetes.io/managed-by": "bascule",
          "bascule.dev/plan": "shop",
          "bascule.dev/release": "one",
          "bascule.dev/record": "journal",
        },
        ownerReferences: [
          {
            apiVersion: "bascule.dev/v1alpha1",
            kind: "Release",
            name: "one",
            uid: "uid-1",
            controller: true,
            blockOwnerDeletion: false,
          },
        ],
      },
      immutable: true,
      data: {
        offset: "0",
        entries:
          '{"at":"2030-01-01T00:00:00.000Z","from":"a","hash":"sha256:1","reason":"Because","to":"b"}\n',
      },
    });
  });

  it("is done when it was done before", async () => {
    await segments.store(SEGMENT);
    await new KubeSegments(connect(server, { clock: systemClock }), () => NOW).store(SEGMENT);
    await segments.store(SEGMENT);
    expect(outcome()).toEqual({ key: SEGMENT.key, state: "stored" });
    expect(objects.size).toBe(1);
  });

  it.each([
    ["holds something else", { data: { offset: "0", entries: "{}" } }],
    ["can be changed", { immutable: false }],
    ["belongs to nobody", { metadata: { name: PROPER, namespace: "ns" } }],
  ])("leaves an object of its name that %s as it is, and takes another name", async (_what, change) => {
    const foreign = { ...renderSegment(SEGMENT, PROPER), ...change };
    objects.set(PROPER, foreign);
    await segments.store(SEGMENT);
    expect(outcome()).toMatchObject({
      state: "stored",
      foreign: expect.stringContaining(`"${PROPER}" exists`),
    });
    expect(objects.get(PROPER)).toBe(foreign);
    expect(objects.get(OTHER)).toMatchObject({ immutable: true, data: renderSegment(SEGMENT, OTHER).data });
  });

  it("fails when both names are taken, and overwrites nothing", async () => {
    for (const name of [PROPER, OTHER])
      objects.set(name, { ...renderSegment(SEGMENT, name), immutable: false });
    await segments.store(SEGMENT);
    expect(outcome()).toEqual({
      key: SEGMENT.key,
      state: "failed",
      message: `ConfigMap "${PROPER}" and ConfigMap "${OTHER}" exist and are not this segment of the journal; delete them`,
      since: NOW,
    });
    expect(requests().filter((r) => !r.startsWith("GET") && !r.startsWith("POST"))).toEqual([]);
  });

  it("fails in the server's words when it may not be created, and tells its plan", async () => {
    refuse = status(403, "Forbidden", "configmaps is forbidden");
    await segments.store(SEGMENT);
    expect(outcome()).toMatchObject({ state: "failed", message: expect.stringContaining("is forbidden") });
    expect(settled).toEqual(["ns/shop"]);
  });
});
