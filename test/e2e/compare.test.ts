import { afterAll, beforeAll, expect, test } from "vitest";
import type { CheckResult } from "../../src/api/verification.ts";
import { type AnyObject, KIND } from "../lab/kinds.ts";
import { clockNow } from "../lab/load/load.ts";
import { CHECKS, SHOP, writePlan } from "../lab/shop.ts";
import { CommandLine } from "../support/command-line.ts";
import { World } from "./world.ts";

/** Candidate and live slot side by side, by what Traefik counts of both. */
let world: World;
beforeAll(async () => {
  world = await World.open("e2e-compare");
});
afterAll(() => world?.close());

const counter = (service: string, more = ""): string =>
  `traefik_service_requests_total{service=~"{{target.namespace}}-{{target.${service}}}-http-[0-9]+@kubernetesgateway"${more}}`;
const arm = (service: string) => ({ total: counter(service), bad: counter(service, ',code=~"5.."') });
const COMPARE = {
  name: "compare",
  window: "6s",
  compare: {
    scrapeInterval: "1s",
    interval: "250ms",
    metrics: [{ name: "errors", candidate: arm("service"), live: arm("baselineService"), detect: "10%" }],
  },
};
/** Without the threshold on errors: what reverts here is the comparison. */
const VERIFICATION = [...CHECKS.filter(({ name }) => name !== "golden"), COMPARE];
const canary = { canary: { steps: [{ weight: 20, hold: "8s" }] } };

async function resultIn(verification: string): Promise<CheckResult | undefined> {
  const all: readonly AnyObject[] = await world.objects.list(KIND.verification, world.shop.namespace);
  const results = all.find(({ metadata }) => metadata.name === verification)?.status?.results;
  return (results as readonly CheckResult[] | undefined)?.find(({ name }) => name === "compare");
}

test("a healthy candidate passes its comparison, which does not apply at 100 %", async () => {
  const from = clockNow();
  await writePlan(world.objects, world.shop, { strategy: { direct: {} }, verification: VERIFICATION });
  await world.releases.create(SHOP, "shop-v1", "v1", "localhost/shop:v1");
  await world.releases.whenPhase("shop-v1", "Completed");
  await writePlan(world.objects, world.shop, { strategy: canary, verification: VERIFICATION });
  await world.releases.create(SHOP, "shop-v2", "v2", "localhost/shop:v2");
  await world.releases.whenPhase("shop-v2", "Completed");
  const compared = await resultIn("shop-v2-weight-20");
  expect(compared).toMatchObject({ verdict: "passed", reason: "NoHarmShown", kind: "compare" });
  expect(compared?.message).toMatch(/^no harm shown: errors: candidate 0 of \d+ .* live 0 of \d+/);
  expect(compared?.memory?.compared).toBeDefined();
  expect(await resultIn("shop-v2-observe")).toMatchObject({
    verdict: "notApplicable",
    reason: "NoBaseline",
  });
  expect(world.lost(from)).toEqual({});
});

test("the plan tells from the present traffic what a comparison will see, and when a hold is too short", async () => {
  const { namespace } = world.shop;
  const { kubeconfig, prometheusUrl } = world.cluster;
  const bascule = new CommandLine({ namespace, kubeconfig });
  const plan = async (...more: readonly string[]) => {
    const ran = await bascule.run("plan", SHOP, "--image", "localhost/shop:v4", "-o", "json", ...more);
    expect(ran).toMatchObject({ exit: 0 });
    return JSON.parse(ran.out);
  };
  const present = await plan("--prometheus", prometheusUrl);
  const step = present.steps.find(({ name }: { readonly name: string }) => name === "weight-20");
  // 100 requests a second, a fifth of them for 8 s; less where the live slot had a smaller share a while ago.
  expect(step.requests).toBeGreaterThan(10);
  expect(step.requests).toBeLessThan(240);
  expect(step.comparisons).toEqual([expect.objectContaining({ metric: "errors", detect: "10 %" })]);
  const slow = await plan("--rps", "1");
  expect(slow.warnings.join()).toMatch(
    /weight-20: compare, errors: a rise by 10 % takes .* lengthen the hold/,
  );
  const blind = await plan();
  expect(blind.notes.join()).toContain("the present traffic is not known");
});

test("a candidate that fails more often than the live slot is taken back, with the evidence on record", async () => {
  const from = clockNow();
  await world.releases.create(SHOP, "shop-v4", "v4", "localhost/shop:v4");
  const { status } = await world.releases.whenPhase("shop-v4", "Reverted");
  expect(status.message).toMatch(
    /^weight-20: compare: errors: candidate \d+ of \d+ \(\d+(\.\d+)? %\) bad, live 0 of \d+ \(0 %\) bad: the candidate is worse$/,
  );
  const failed = await resultIn("shop-v4-weight-20");
  expect(failed).toMatchObject({ verdict: "failed", reason: "HarmShown" });
  expect(failed?.evidence).toMatch(/comparison ln E \d+\.\d\d/);
  expect(failed?.confidence).toMatch(
    /for a candidate that is no worse: at most 0(\.\d+)? % \(fails at 1 %\)/,
  );
  expect(world.lost(from, "v4")).toEqual({});
  expect(world.breaches()).toEqual([]);
});
