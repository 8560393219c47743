import { beforeEach, describe, expect, it } from "vitest";
import { type Duration, milliseconds, seconds } from "../../base/duration.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { KubeError, type KubeErrorKind } from "../../kube/kube-error.ts";
import { type ReferenceGrant, ScrapeGrants, type ScrapeReference } from "./scrape-grants.ts";

const GATEWAY: ScrapeReference = { from: "shop", namespace: "gateways", name: "traefik" };
const FROM = { group: "bascule.dev", kind: "Verification", namespace: "shop" };
const TO = { group: "", kind: "Service", name: "traefik" };

const grantOf = (from: object, to: object): ReferenceGrant =>
  ({
    apiVersion: "gateway.networking.k8s.io/v1beta1",
    kind: "ReferenceGrant",
    metadata: { name: "metrics", namespace: "gateways" },
    spec: {
      from: [
        { group: "x", kind: "Y", namespace: "z" },
        { ...FROM, ...from },
      ],
      to: [{ ...TO, ...to }],
    },
  }) as unknown as ReferenceGrant;

describe("a Service of another namespace", () => {
  let answer: Result<readonly ReferenceGrant[], KubeErrorKind>;
  let asked: string[];
  let now: Duration;
  let grants: ScrapeGrants;

  beforeEach(() => {
    answer = ok([]);
    asked = [];
    now = seconds(100);
    const list = async (_: unknown, options: { readonly namespace?: string } = {}) => {
      asked.push(options.namespace ?? "all");
      return answer.ok
        ? ok({ items: answer.value, resourceVersion: "1" })
        : err(new KubeError({ kind: answer.error, message: answer.error }));
    };
    grants = new ScrapeGrants({
      client: { list } as never,
      allowed: ["monitoring/everybodys"],
      monotonic: () => now,
    });
  });
  const reasonOf = async (reference: Partial<ScrapeReference> = {}): Promise<string | undefined> =>
    (await grants.ask({ ...GATEWAY, ...reference }))?.reason;
  const pass = (span: Duration): void => {
    now = milliseconds(now + span);
  };

  it("is not read without a grant, and the remedy names both", async () => {
    const refused = await grants.ask(GATEWAY);
    expect(refused?.reason).toBe("NotGranted");
    expect(refused?.message).toContain("kind Verification, namespace shop, to kind Service, name traefik");
    expect(refused?.message).toContain("--allow-scrape-service gateways/traefik");
    expect(asked).toEqual(["gateways"]);
  });

  it("is read with a grant in its namespace, for it or for all Services there", async () => {
    answer = ok([grantOf({}, {})]);
    expect(await reasonOf()).toBeUndefined();
    expect(await reasonOf({ name: "other" })).toBe("NotGranted");
    expect(await reasonOf({ from: "neighbour" })).toBe("NotGranted");
    pass(seconds(60));
    answer = ok([grantOf({}, { name: undefined })]);
    expect(await reasonOf({ name: "other" })).toBeUndefined();
  });

  it.each<[string, object, object]>([
    ["another kind asks", { kind: "HTTPRoute" }, {}],
    ["another group asks", { group: "" }, {}],
    ["another namespace asks", { namespace: "*" }, {}],
    ["another kind is given", {}, { kind: "Secret" }],
    ["a Service of another group is given", {}, { group: "serving.knative.dev" }],
  ])("is not read where in the grant %s", async (_, from, to) => {
    answer = ok([grantOf(from, to)]);
    expect(await reasonOf()).toBe("NotGranted");
  });

  it("is read without one where an administrator lets everybody, and no other is", async () => {
    expect(await reasonOf({ namespace: "monitoring", name: "everybodys" })).toBeUndefined();
    expect(asked).toEqual([]);
    expect(await reasonOf({ namespace: "monitoring", name: "everybody" })).toBe("NotGranted");
  });

  it("is read no longer than a few seconds after the grant has gone, and is asked for no more often", async () => {
    answer = ok([grantOf({}, {})]);
    expect(await reasonOf()).toBeUndefined();
    answer = ok([]);
    pass(seconds(4));
    expect(await reasonOf()).toBeUndefined();
    expect(asked).toHaveLength(1);
    pass(seconds(2));
    // This look goes on with what is known, while it is read anew.
    expect(await reasonOf()).toBeUndefined();
    await expect.poll(() => reasonOf()).toBe("NotGranted");
    expect(asked).toHaveLength(2);
  });

  it("is not read by a look that comes long after the last, before it was asked anew", async () => {
    answer = ok([grantOf({}, {})]);
    expect(await reasonOf()).toBeUndefined();
    answer = ok([]);
    pass(seconds(31));
    expect(await reasonOf()).toBe("NotGranted");
  });

  it("is read on for half a minute while the API server can't be asked, and then no more", async () => {
    answer = ok([grantOf({}, {})]);
    expect(await reasonOf()).toBeUndefined();
    answer = err("unreachable");
    pass(seconds(20));
    expect(await reasonOf()).toBeUndefined();
    pass(seconds(11));
    expect(await reasonOf()).toBe("ClusterUnreadable");
  });

  it.each<KubeErrorKind>(["notFound", "forbidden"])(
    "is not read where grants are unknown or not to be read (%s)",
    async (kind) => {
      answer = err(kind);
      expect(await reasonOf()).toBe("NotGranted");
    },
  );
});
