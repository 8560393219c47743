import { inspect } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ADMISSION_POLICIES, CRDS, missingOf } from "../../../src/kube/crds.ts";
import { withBearerToken } from "../../../src/kube/credentials.ts";
import type { KubeObject } from "../../../src/kube/kube-object.ts";
import { ClusterBench, CONFIG_MAPS, must, mustFail, SERVICE_ACCOUNTS, WIDGETS } from "./bench.ts";

describe("the client, against a real API server,", () => {
  let bench: ClusterBench;
  beforeAll(async () => {
    bench = new ClusterBench();
    await bench.start();
  });
  afterAll(() => bench.stop());

  it("Apply 1, content type: applies built-in and custom resources under one constant manager", async () => {
    for (let round = 0; round < 2; round++) {
      const map = must(
        await bench.client.apply(CONFIG_MAPS, bench.configMap("applied", { round: String(round) })),
      );
      const widget = must(await bench.client.apply(WIDGETS, bench.widget("applied", { size: round + 1 })));
      for (const { metadata } of [map, widget] as KubeObject[])
        expect(metadata.managedFields).toMatchObject([{ manager: "bascule-test", operation: "Apply" }]);
    }
    const merged = must(
      await bench.client.mergePatch(
        WIDGETS,
        { ...bench.widget("applied").metadata },
        { spec: { colour: "red" } },
      ),
    );
    expect(merged).toMatchObject({ spec: { size: 2, colour: "red" } });
    const ops = [{ op: "replace", path: "/spec/colour", value: "blue" }] as const;
    expect(must(await bench.client.jsonPatch(WIDGETS, merged.metadata, ops))).toMatchObject({
      spec: { colour: "blue" },
    });
  });

  it("Apply 2, conflict: names the fields and whose they are, and takes them over only by force", async () => {
    const mine = bench.configMap("shared", { a: "1", b: "1" });
    must(await bench.client.apply(CONFIG_MAPS, mine, { fieldManager: "somebody-else" }));
    const wanted = bench.configMap("shared", { a: "2" });
    const error = mustFail(await bench.client.apply(CONFIG_MAPS, wanted));
    expect(error).toMatchObject({
      kind: "conflict",
      code: 409,
      conflicts: [{ field: ".data.a", manager: "somebody-else" }],
    });
    expect(must(await bench.client.get(CONFIG_MAPS, mine.metadata)).data).toEqual({ a: "1", b: "1" });
    expect(must(await bench.client.apply(CONFIG_MAPS, wanted, { force: true })).data).toEqual({
      a: "2",
      b: "1",
    });
  });

  it("Apply 3, status: is written only on the version that the decision was made on", async () => {
    const first = must(await bench.client.create(WIDGETS, bench.widget("judged")));
    const resourceVersion = first.metadata.resourceVersion ?? "";
    const second = must(
      await bench.client.replaceStatus(WIDGETS, first.metadata, {
        resourceVersion,
        status: { phase: "Pending", note: "x" },
      }),
    );
    expect(second.status).toEqual({ phase: "Pending", note: "x" });
    const ops = [{ op: "replace", path: "/phase", value: "Shifting" }] as const;
    expect(
      mustFail(await bench.client.patchStatus(WIDGETS, first.metadata, { resourceVersion, ops })),
    ).toMatchObject({ kind: "conflict", code: 409, retry: "soon" });
    const fresh = second.metadata.resourceVersion ?? "";
    const third = must(
      await bench.client.patchStatus(WIDGETS, first.metadata, { resourceVersion: fresh, ops }),
    );
    expect(third.status).toEqual({ phase: "Shifting", note: "x" });
    expect(
      mustFail(
        await bench.client.replaceStatus(WIDGETS, first.metadata, { resourceVersion: fresh, status: {} }),
      ).kind,
    ).toBe("conflict");
    const merge = { metadata: { labels: { a: "b" } } };
    expect(
      mustFail(await bench.client.mergePatch(WIDGETS, first.metadata, merge, { resourceVersion: fresh }))
        .kind,
    ).toBe("conflict");
    expect(mustFail(await bench.client.replace(WIDGETS, second)).kind).toBe("conflict");
  });

  it("Apply 4, errors: come as values for everything that the API server refuses", async () => {
    const { client, namespace } = bench;
    expect(mustFail(await client.get(WIDGETS, { namespace, name: "none" }))).toMatchObject({
      kind: "notFound",
      code: 404,
      retry: "later",
    });
    must(await client.create(WIDGETS, bench.widget("twice")));
    expect(mustFail(await client.create(WIDGETS, bench.widget("twice")))).toMatchObject({
      kind: "alreadyExists",
      retry: "never",
    });
    const big = mustFail(await client.create(WIDGETS, bench.widget("big", { size: 10 })));
    expect(big).toMatchObject({ kind: "invalid", code: 422, causes: [{ field: "spec.size" }] });
    const odd = { ...bench.widget("odd"), spec: { sise: 1 } } as KubeObject;
    expect(mustFail(await client.create(WIDGETS, odd, { fieldValidation: "Strict" }))).toMatchObject({
      kind: "invalid",
      message: expect.stringContaining("sise"),
    });
    must(await client.create(WIDGETS, odd, { dryRun: true }));
    expect(mustFail(await client.get(WIDGETS, { namespace, name: "odd" })).kind).toBe("notFound");
    expect(
      mustFail(
        await client.jsonPatch(WIDGETS, { namespace, name: "twice" }, [
          { op: "test", path: "/kind", value: "No" },
        ]),
      ).kind,
    ).toBe("invalid");
  });

  it("Apply 4, no secrets: says forbidden and unauthorized without repeating the token", async () => {
    const { client, namespace } = bench;
    const metadata = { name: "nobody", namespace };
    must(await client.create(SERVICE_ACCOUNTS, { apiVersion: "v1", kind: "ServiceAccount", metadata }));
    const request = {
      apiVersion: "authentication.k8s.io/v1",
      kind: "TokenRequest",
      metadata,
      spec: { expirationSeconds: 600 },
    };
    const issued = must(await client.create(SERVICE_ACCOUNTS, request, { subresource: "token" }));
    const { token } = (issued as unknown as { status: { token: string } }).status;
    for (const [used, kind] of [
      [token, "forbidden"],
      [`${token}x`, "unauthorized"],
    ] as const) {
      const other = bench.clientOf(withBearerToken(bench.credentials, used));
      const error = mustFail(await other.list(CONFIG_MAPS, { namespace }));
      expect(error).toMatchObject({ kind, retry: "later" });
      expect(inspect(error, { depth: 20 })).not.toContain(token);
      await other.transport.close();
    }
  });

  it("deletes only the object that was meant, and lists in pages", async () => {
    const { client, namespace } = bench;
    for (let i = 0; i < 7; i++)
      must(
        await client.create(CONFIG_MAPS, {
          ...bench.configMap(`page-${i}`),
          metadata: { name: `page-${i}`, namespace, labels: { set: "pages" } },
        }),
      );
    const listed = must(
      await client.list(CONFIG_MAPS, { namespace, labelSelector: "set=pages", pageSize: 3 }),
    );
    expect(listed.items).toHaveLength(7);
    for (const item of listed.items) expect(item).toMatchObject({ apiVersion: "v1", kind: "ConfigMap" });
    const one = { namespace, name: "page-0" };
    expect(
      mustFail(await client.delete(CONFIG_MAPS, one, { uid: "00000000-0000-0000-0000-000000000000" })).kind,
    ).toBe("conflict");
    must(await client.delete(CONFIG_MAPS, one, { uid: listed.items[0]?.metadata.uid }));
    expect(mustFail(await client.get(CONFIG_MAPS, one)).kind).toBe("notFound");
  });

  it("knows which definitions and policies are missing", async () => {
    const wanted = [
      { type: CRDS, name: "widgets.test.bascule.dev" },
      { type: CRDS, name: "nothings.test.bascule.dev" },
      { type: ADMISSION_POLICIES, name: "nothing.test.bascule.dev" },
    ];
    expect(must(await missingOf(bench.client, wanted))).toEqual([
      "CustomResourceDefinition nothings.test.bascule.dev",
      "ValidatingAdmissionPolicy nothing.test.bascule.dev",
    ]);
  });

  it("learns the server's time", () => {
    const time = bench.client.transport.serverClock.now();
    expect(Math.abs((time ?? 0) - Date.now())).toBeLessThan(5_000);
  });
});
