import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { API_VERSION } from "../../../src/api/object.ts";
import type { Phase, Release, ReleaseStatus } from "../../../src/api/release.ts";
import { seconds } from "../../../src/base/duration.ts";
import { EXIT } from "../../../src/cli/exit-codes.ts";
import { NETWORK_POLICIES, PLANS, RELEASES, RESOURCE_QUOTAS } from "../../../src/cli/resource-types.ts";
import { type CrdObject, ensureCrds } from "../../../src/kube/crds.ts";
import type { KubeObject } from "../../../src/kube/kube-object.ts";
import { NAMESPACES } from "../../../src/kube/namespace.ts";
import { apiVersionOf, type ResourceType } from "../../../src/kube/resources.ts";
import { systemClock } from "../../../src/telemetry/system-clock.ts";
import { CommandLine } from "../../support/command-line.ts";
import { until } from "../../support/until.ts";
import { People } from "../crd/people.ts";
import { must } from "../kube/bench.ts";
import { ended, runningRelease } from "./support/objects.ts";

const namespace = `bascule-cli-${randomBytes(4).toString("hex")}`;
const ROOT = join(import.meta.dirname, "..", "..", "..");
const CRDS = [
  "releaseplans",
  "releases",
  "verifications",
  "verificationtemplates",
  "clusterverificationtemplates",
];

const program = new CommandLine({ namespace });
const bascule = (...args: readonly string[]) => program.run(...args);

/**
 * The command line against a real API server. No controller is needed, and one that runs does no harm: the release
 * that could start waits for a template that is not there, and those with a made-up state belong to no plan.
 */
describe("the command line and a real API server", () => {
  let people: People;
  let folder: string;

  beforeAll(async () => {
    people = new People();
    folder = await mkdtemp(join(tmpdir(), "bascule-cli-"));
    const missing = await people.admin.listPage(RELEASES, { namespace: "default" });
    if (!missing.ok) await installCrds(people);
    must(
      await people.admin.create(NAMESPACES, {
        apiVersion: "v1",
        kind: "Namespace",
        metadata: { name: namespace },
      }),
    );
    const spec = (more: object): object => ({
      stack: { program: { name: "web-service" }, values: { port: 8080 } },
      capacity: { replicas: 3 },
      traffic: {
        create: { hostnames: ["shop.example.com"], parentRefs: [{ name: "edge", namespace: "gateways" }] },
      },
      strategy: { canary: { steps: [{ weight: 5 }] } },
      ...more,
    });
    await createPlan("shop", spec({ verification: [{ name: "health", http: { path: "/healthz" } }] }));
    await createPlan(
      "waiting",
      spec({ verification: [{ name: "golden", templateRef: { name: "not-there" } }] }),
    );
  });
  afterAll(async () => {
    await removeFinalizers(people);
    await people.admin.delete(NAMESPACES, { name: namespace }, { deadline: seconds(30) });
    await people.close();
    await rm(folder, { recursive: true, force: true });
  });

  const createPlan = async (name: string, spec: object): Promise<void> => {
    const plan = { apiVersion: API_VERSION, kind: "ReleasePlan", metadata: { name, namespace }, spec };
    must(await people.admin.create(PLANS, plan as never, { fieldValidation: "Strict" }));
  };
  const release = async (name: string): Promise<Release> =>
    must(await people.admin.get(RELEASES, { namespace, name }));
  /** A release without a plan, in the state that is given; no controller touches it. */
  const made = async (name: string, status: ReleaseStatus): Promise<Release> => {
    const spec = { planRef: { name: "nobody" }, package: { version: "1.4.0", image: "r/shop:1.4.0" } };
    const object = { apiVersion: API_VERSION, kind: "Release" as const, metadata: { name, namespace }, spec };
    must(await people.admin.create(RELEASES, object));
    return setStatus(name, status);
  };
  const setStatus = async (name: string, status: ReleaseStatus): Promise<Release> => {
    const { metadata } = await release(name);
    const write = { resourceVersion: metadata.resourceVersion ?? "", status };
    return must(await people.admin.replaceStatus(RELEASES, { namespace, name }, write));
  };

  it("plan tells the steps of the first release and writes nothing", async () => {
    const values = join(folder, "values.yaml");
    await writeFile(values, "port: 9090\n");
    const ran = await bascule(
      "plan",
      "shop",
      "--image",
      "localhost/shop:v1",
      "--values-file",
      values,
      "-o",
      "json",
    );
    expect(ran).toMatchObject({ exit: EXIT.ok, err: "" });
    const answer = JSON.parse(ran.out) as { readonly steps: readonly { readonly name: string }[] };
    expect(answer).toMatchObject({ live: "none", slot: "blue", version: "v1", gates: [] });
    expect(answer.steps.map((s) => s.name)).toEqual(["deploy", "verify", "weight-100"]);
    expect(must(await people.admin.list(RELEASES, { namespace })).items).toEqual([]);
  });

  it("plan counts what two slots need against quotas, and lists NetworkPolicies that apply to their pods", async () => {
    const make = (type: ResourceType<KubeObject>, name: string, spec: object) =>
      people.admin.create(type, {
        apiVersion: apiVersionOf(type),
        kind: type.kind,
        metadata: { name, namespace },
        spec,
      } as KubeObject);
    const quotas: ResourceType<KubeObject> = RESOURCE_QUOTAS;
    const hard = { pods: "10", "requests.cpu": "100m", "requests.memory": "1Gi", "limits.cpu": "4" };
    must(await make(quotas, "team", { hard }));
    const part = { "app.kubernetes.io/part-of": "shop" };
    must(await make(NETWORK_POLICIES, "deny-all", { podSelector: {}, policyTypes: ["Ingress"] }));
    must(await make(NETWORK_POLICIES, "others", { podSelector: { matchLabels: { app: "other" } } }));
    must(await make(NETWORK_POLICIES, "of-shop", { podSelector: { matchLabels: part } }));
    await until("the quota is counted", async () => {
      const { status } = must(await people.admin.get(RESOURCE_QUOTAS, { namespace, name: "team" }));
      return status?.used?.pods !== undefined;
    });
    const ran = await bascule("plan", "shop", "--image", "localhost/shop:v1", "-o", "json");
    expect(ran).toMatchObject({ exit: EXIT.ok, err: "" });
    const answer = JSON.parse(ran.out) as {
      warnings: readonly string[];
      networkPolicies: readonly string[];
      notes: readonly string[];
    };
    // Three pods of web-service with its defaults: 50m and 64Mi each, and no limit of processor.
    const quotaLines = answer.warnings.filter((w) => w.startsWith("ResourceQuota"));
    expect(quotaLines).toEqual([
      "ResourceQuota team leaves 100m of requests.cpu and the slot needs 150m more for 3 pods: raise requests.cpu, or the candidate can't become ready",
      "ResourceQuota team limits limits.cpu and a container of the slot sets no limits.cpu: such pods are refused unless a LimitRange gives a default",
    ]);
    expect(answer.networkPolicies).toEqual(["deny-all", "of-shop"]);
    expect(answer.notes).toEqual([]);
  });

  it("plan lets the program itself refuse values", async () => {
    const values = join(folder, "wrong.yaml");
    await writeFile(values, "port: no\nfrob: 1\n");
    const ran = await bascule("plan", "shop", "--image", "localhost/shop:v1", "--values-file", values);
    expect(ran.exit).toBe(EXIT.ok);
    expect(ran.out).toContain("stack.values.port");
    expect(ran.out).toContain("stack.values.frob");
  });

  it("release creates, again is no error, and explain names the gate at which it waits", async () => {
    const args = ["release", "waiting", "--image", "localhost/shop:v1"];
    expect((await bascule(...args, "--dry-run")).out).toContain("would be created");
    expect((await bascule(...args)).out).toContain("release waiting-v1 of plan waiting, version v1, created");
    expect((await bascule(...args)).out).toContain("nothing created");
    const explained = await bascule("explain", "waiting-v1");
    expect(explained.exit).toBe(EXIT.ok);
    expect(explained.out).toMatch(/ChecksResolved: .*there is no .*"not-there"/);
    const status = await bascule("status", "waiting");
    expect(status.out).toContain("waiting-v1");
  });

  it("commands stand in spec.control under the name that the API server gives us", async () => {
    const review = { apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" };
    const me = must(
      await people.admin.transport.json<{ status: { userInfo: { username: string } } }>({
        method: "POST",
        path: "/apis/authentication.k8s.io/v1/selfsubjectreviews",
        body: review,
      }),
    ).status.userInfo.username;
    expect(await bascule("pause", "waiting-v1", "--reason", "night")).toMatchObject({
      exit: EXIT.ok,
      err: "",
    });
    expect((await release("waiting-v1")).spec.control?.pause).toEqual({
      state: true,
      by: me,
      reason: "night",
    });
    const standing = (await release("waiting-v1")).metadata.generation;
    expect((await bascule("pause", "waiting-v1", "--reason", "again")).out).toContain("nothing to do");
    expect((await release("waiting-v1")).metadata.generation).toBe(standing);
    await bascule("resume", "waiting-v1", "--reason", "day");
    expect((await release("waiting-v1")).spec.control?.pause).toEqual({
      state: false,
      by: me,
      reason: "day",
    });
  });

  it("every status that the tests of the command line use is one that the API server accepts", async () => {
    const { status } = runningRelease("held", "Shifting");
    const full = { ...status, observedGeneration: 1 };
    // FROZEN holds the members that commands read; the API server wants all of them.
    const { frozen: _, ...accepted } = full;
    const stored = await made("held", accepted);
    expect(stored.status?.journal).toEqual(status?.journal);
    expect((await bascule("journal", "held")).exit).toBe(EXIT.ok);
  });

  it.each([
    ["Completed", EXIT.ok],
    ["RevertFailed", EXIT.revertFailed],
  ] as const)("watch ends with a release that becomes %s, exit code %i", async (phase: Phase, exit) => {
    const name = `r-${phase.toLowerCase()}`;
    const { frozen: _, ...first } = runningRelease(name, "Shifting").status ?? { observedGeneration: 1 };
    const running = await made(name, first);
    const { ran, out: shown } = program.start("watch", name, "--timeout", "60s");
    await until("the first transitions are shown", () => shown().includes("verify passed"), 60_000);
    const { frozen: __, ...end } = ended(running, phase, "so it ended").status ?? { observedGeneration: 1 };
    await setStatus(name, end);
    const { out, ...rest } = await ran;
    expect(rest).toEqual({ exit, err: "" });
    expect(out.trimEnd().split("\n").at(-1)).toMatch(new RegExp(`^\\+ +5m +${phase} +Ended: so it ended$`));
  });

  it("wait gives up in time, and a missing release or context is told in one line", async () => {
    const { frozen: _, ...first } = runningRelease("slow", "Shifting").status ?? { observedGeneration: 1 };
    await made("slow", first);
    const late = await bascule("wait", "slow", "--timeout", "500ms");
    expect(late.exit).toBe(EXIT.timeout);
    const missing = await bascule("status", "nobody");
    expect(missing.exit).toBe(EXIT.error);
    expect(missing.err.trimEnd().split("\n")).toHaveLength(1);
    expect((await bascule("--context", "nowhere", "status")).exit).toBe(EXIT.unreachable);
  });
});

async function installCrds(people: People): Promise<void> {
  const crds = await Promise.all(
    CRDS.map(async (name) => {
      const text = await readFile(join(ROOT, "manifests/crds", `bascule.dev_${name}.yaml`), "utf8");
      return parse(text) as CrdObject;
    }),
  );
  const done = await ensureCrds(crds, { client: people.admin, clock: systemClock, force: true });
  if (!done.ok) throw done.error;
}

/** A controller that ran meanwhile may have put finalizers on; without it they would keep the namespace. */
async function removeFinalizers(people: People): Promise<void> {
  for (const type of [RELEASES, PLANS]) {
    const all = await people.admin.list<KubeObject>(type, { namespace });
    if (!all.ok) continue;
    for (const { metadata } of all.value.items.filter((o) => (o.metadata.finalizers ?? []).length > 0))
      await people.admin.mergePatch<KubeObject>(
        type,
        { namespace, name: metadata.name },
        { metadata: { finalizers: null } },
      );
  }
}
