/** What a run left behind, told in terms of candidate and former slot, so that runs can be compared. */
import { expect } from "vitest";
import type { ReleaseStatus } from "../../../src/api/release.ts";
import type { Instant } from "../../../src/base/instant.ts";
import { journalIsWhole } from "../../../src/core/plan/journal.ts";
import { ANNOTATION, readHead } from "../../../src/stacks/state/state-head.ts";
import { SYSTEM_NAMESPACE } from "../../lab/install.ts";
import { type AnyObject, KIND, typeOf } from "../../lab/kinds.ts";
import { type Breach, lawsBroken, renderBreach, sharesOf } from "../../lab/observer/laws.ts";
import { raisesWithoutCapacity } from "../../lab/observer/raises.ts";
import { readRoute } from "../../lab/observer/sighting.ts";
import { type Bench, mark } from "./bench.ts";
import { PLAN } from "./plan.ts";
import { historyOf, isChanging } from "./pulumi-history.ts";

export interface Evidence {
  readonly phase: string;
  /** `from → to: reason`, oldest first. */
  readonly journal: readonly string[];
  readonly journalIsWhole: boolean;
  /** Shares of the candidate that an observer saw, one after the other. */
  readonly shares: readonly number[];
  /** What is there at the end. */
  readonly end: unknown;
  readonly changingOperations: number;
  readonly unfinishedOperations: readonly string[];
  readonly verifications: readonly string[];
  readonly intents: readonly unknown[];
}

/** Everything that must be the same whether or not the controller was killed on the way. */
export async function evidenceOf(bench: Bench, name: string, from: Instant): Promise<Evidence> {
  const { objects, namespace, releases, controller, partner } = bench;
  const release = await releases.get(name);
  const status = release.status as ReleaseStatus;
  const slot = status.slot ?? "blue";
  const homes = [controller.home, ...(partner ? [partner.home] : [])];
  const operations = homes.flatMap((home) => historyOf(home, from));
  const verifications = await objects.list(KIND.verification, namespace);
  return {
    phase: status.phase ?? "",
    journal: (status.journal?.entries ?? []).map((e) => `${e.from} → ${e.to}: ${e.reason}`),
    journalIsWhole: status.journal !== undefined && journalIsWhole(status.journal),
    shares: sharesOf(bench.observer.log(from), `${PLAN}-${slot}`),
    end: await endOf(bench, slot),
    changingOperations: operations.filter(isChanging).length,
    unfinishedOperations: await operationsPending(bench),
    verifications: verifications
      .filter((v) => v.spec.releaseRef?.name === name)
      .map((v) => v.metadata.name.replace(name, ""))
      .sort(),
    intents: status.intents ?? [],
  };
}

/** Live slot, shares, entry, replicas and versions, with `candidate` and `former` in place of colours. */
async function endOf(bench: Bench, candidate: string): Promise<unknown> {
  const { objects, namespace } = bench;
  const role = (slot: string): string => (slot === candidate ? "candidate" : "former");
  const ref = { name: PLAN, namespace };
  const plan = await objects.get(KIND.plan, ref);
  const seen = readRoute(await objects.get(KIND.route, ref));
  const entry = await objects.get(KIND.service, ref);
  const deployments = await objects.list(KIND.deployment, namespace);
  return {
    live: role(plan.status.liveSlot),
    active: plan.status.activeRelease,
    shares:
      seen.kind === "route"
        ? ["blue", "green"].map((slot) => `${role(slot)} ${seen.shares[`${PLAN}-${slot}`]}`).sort()
        : [],
    entry: role(entry.spec.selector["bascule.dev/slot"]),
    deployments: deployments.map((d) => describe(d, role)).sort(),
  };
}

const describe = ({ metadata, spec }: AnyObject, role: (slot: string) => string): string =>
  `${role(metadata.labels?.["bascule.dev/slot"] ?? "")}: ${spec.replicas} replicas`;

/** Stacks whose state says that an operation was cut off and never put right. */
async function operationsPending({ objects, namespace }: Bench): Promise<readonly string[]> {
  const secrets = await objects.list(typeOf({ apiVersion: "v1", kind: "Secret" }), SYSTEM_NAMESPACE);
  return secrets
    .map(({ metadata }) => readHead(metadata.annotations?.[ANNOTATION]))
    .flatMap((head) => (head.ok && head.value.operation !== undefined ? [head.value.stack] : []))
    .filter((stack) => stack.startsWith(`${namespace}.${PLAN}.`));
}

/** No request was lost since `from`. `except`: a version whose failures are its own. */
export function expectNoneLost({ load }: Bench, from: Instant, except?: string): void {
  const { lost, causes, requests } = load.answers.figures({ from }, except);
  expect({ lost, causes }).toEqual({ lost: 0, causes: {} });
  expect(requests).toBeGreaterThan(0);
}

/** No law of traffic was broken since `from`. `except`: those that the test itself has broken. */
export function expectLawsKept(
  { observer }: Bench,
  from: Instant,
  except: readonly Breach["law"][] = [],
): void {
  const breaches = lawsBroken(observer.log(), { plan: PLAN, adopted: "none" }, mark());
  const ours = breaches.filter(({ at, law }) => at >= from && !except.includes(law));
  expect(ours.map(renderBreach)).toEqual([]);
}

/** The candidate had its shares and nothing after them, for this reason, and all is as it was before. */
export function expectTakenBack(evidence: Evidence, reason: string, shares: readonly number[]): void {
  expect(evidence).toMatchObject({
    phase: "Reverted",
    journalIsWhole: true,
    shares,
    end: { live: "former", active: undefined, entry: "former", shares: ["candidate 0", "former 100"] },
    intents: [],
    unfinishedOperations: [],
  });
  expect(evidence.journal.at(-1)?.split(": ")[1]).toBe(reason);
}

/** Times since `from` at which a slot was given more although it had too few ready endpoints; also where a test takes pods away. */
export const raisedUnready = ({ observer }: Bench, from: Instant): readonly string[] =>
  raisesWithoutCapacity(observer.log(), { plan: PLAN, adopted: "none" }, from);
