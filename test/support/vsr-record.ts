import { check } from "../../src/api/check.ts";
import { API_VERSION, MARK } from "../../src/api/object.ts";
import { type Release, type ReleaseStatus, releaseSpec } from "../../src/api/release.ts";
import { type CheckResult, type Verification, verificationSpec } from "../../src/api/verification.ts";
import { instant } from "../../src/base/instant.ts";
import { appendJournal } from "../../src/core/plan/journal.ts";
import { verifyJournal } from "../../src/core/record/verify.ts";
import { readVsrReport } from "../../src/core/record/vsr/read-report.ts";
import type { VsrReport } from "../../src/core/record/vsr/report.ts";

export const UID = "4f6f1f0a-0000-4000-8000-000000000001";
const START = Date.parse("2026-05-01T10:00:00Z");
/** A time of the release, by seconds since its start. */
export const at = (seconds: number): string => new Date(START + seconds * 1_000).toISOString();

const DIGEST = "sha256:bf2816be5acdfe62da1d5b0ff224081a64c2f89a2ce8e9d162875a671dcf61e6";
const IMAGE = `registry.example.com/shop@${DIGEST}`;
export const CHECKS = [
  check.parse({ name: "health", http: { path: "/healthz" }, severity: "blocking" }),
  check.parse({ name: "errors", prometheus: { query: { expr: "x", max: 0.01 } }, severity: "major" }),
  check.parse({ name: "style", http: { path: "/style.css" }, severity: "minor" }),
];

const step = (name: string, kind: string, weight: number, checks: readonly string[], moment?: string) => ({
  ...{ name, kind, weight, checks, deadline: "15m", capacityFor: weight },
  ...(moment === undefined ? {} : { moment }),
});

const FROZEN = {
  format: 1,
  hash: `sha256:${"ab".repeat(32)}`,
  steps: [
    step("deploy", "deploy", 0, []),
    step("verify", "verify", 0, ["health", "style"], "beforeTraffic"),
    step("weight-20", "traffic", 20, ["health", "errors"], "steps"),
    step("observe", "observe", 100, ["health", "errors", "style"], "observe"),
  ],
  checks: CHECKS,
  program: "web-service",
  programDigest: `sha256:${"cd".repeat(32)}`,
  package: { version: "1.4.0", image: IMAGE },
  packageDigest: `sha256:${"ef".repeat(32)}`,
  slot: "green",
  live: "blue",
} as unknown as NonNullable<ReleaseStatus["frozen"]>;

/** A release of a canary of one step, where the phase is `Completed` with everything gone through. */
export function aRelease(status: Partial<ReleaseStatus> = {}, spec: object = {}): Release {
  let full: ReleaseStatus = {
    observedGeneration: 1,
    phase: "Completed",
    slot: "green",
    sequence: 7,
    startedAt: at(0),
    finishedAt: at(400),
    message: "green is live",
    frozen: FROZEN,
    position: { step: 3, stage: "verify", since: at(300), attempt: 1, waitedMs: 0 },
  };
  const entry = (seconds: number, to: string, reason: string, message: string, by?: string): void => {
    const from = full.journal?.entries.at(-1)?.to ?? "Pending";
    const body = { from, to, reason, message, ...(by === undefined ? {} : { by }) };
    full = appendJournal(full, body, instant(START + seconds * 1_000));
  };
  entry(0, "Preparing/deploy", "Started", "releasing 1.4.0 to green");
  entry(60, "Shifting/weight-20", "StepPassed", "verify passed");
  entry(300, "Observing/observe", "StepPassed", "weight-20 passed", "ada@example.com");
  entry(400, "Completed", "Completed", "green is live");
  return {
    apiVersion: API_VERSION,
    kind: "Release",
    metadata: { name: "shop-1-4-0", namespace: "shop", uid: UID, creationTimestamp: at(-30) },
    spec: releaseSpec.parse({
      planRef: { name: "shop" },
      package: { version: "1.4.0", image: IMAGE },
      change: { object: "New checkout", requester: "grace@example.com", apiToken: "tok-1234567890" },
      ...spec,
    }),
    status: { ...full, ...status },
  };
}

/** A result as the gate writes it. */
export function aResult(name: string, seconds: number, more: Partial<CheckResult> = {}): CheckResult {
  const policy = CHECKS.find((c) => c.name === name);
  return {
    name,
    kind: policy?.prometheus === undefined ? "http" : "prometheus",
    severity: policy?.severity ?? "blocking",
    verdict: "passed",
    reason: "Answered",
    message: `${name}: as expected`,
    value: 0.0123456789,
    threshold: "status 200",
    sampleSize: 40,
    windowStart: at(seconds),
    windowEnd: at(seconds + 30),
    startedAt: at(seconds + 1),
    finishedAt: at(seconds + 30),
    looks: 12,
    validator: "bascule-controller 0.1.0",
    ...more,
  };
}

/** A Verification of the release's own. */
export function aVerification(
  step: string,
  results: readonly CheckResult[],
  more: { readonly name?: string; readonly at?: number; readonly owner?: string } = {},
): Verification {
  const { name = `shop-1-4-0-${step}`, at: seconds = 10, owner = UID } = more;
  const checks = CHECKS.filter(({ name: n }) => results.some((r) => r.name === n));
  return {
    apiVersion: API_VERSION,
    kind: "Verification",
    metadata: {
      name,
      namespace: "shop",
      uid: `uid-of-${name}`,
      labels: { [MARK.release]: "shop-1-4-0" },
      ownerReferences: [
        { apiVersion: API_VERSION, kind: "Release", name: "shop-1-4-0", uid: owner, controller: true },
      ],
    },
    spec: verificationSpec.parse({
      releaseRef: { name: "shop-1-4-0" },
      step,
      moment: step === "verify" ? "beforeTraffic" : step === "observe" ? "observe" : "steps",
      target: { service: "shop-green", version: "1.4.0", image: IMAGE, packageDigest: FROZEN.packageDigest },
      checks: checks.length === 0 ? CHECKS : checks,
    }),
    status: {
      observedGeneration: 1,
      phase: "Passed",
      startedAt: at(seconds),
      finishedAt: at(seconds + 40),
      results: [...results],
    },
  };
}

/** All steps verified, everything passed. */
export const allPassed = (): readonly Verification[] => [
  aVerification("verify", [aResult("health", 10), aResult("style", 10)], { at: 10 }),
  aVerification("weight-20", [aResult("health", 70), aResult("errors", 70)], { at: 70 }),
  aVerification("observe", [aResult("health", 310), aResult("errors", 310), aResult("style", 310)], {
    at: 310,
  }),
];

/** The same with another result in one of the steps. */
export const withResult = (
  step: string,
  check: string,
  more: Partial<CheckResult>,
): readonly Verification[] =>
  allPassed().map((v) =>
    v.spec.step !== step
      ? v
      : {
          ...v,
          status: {
            observedGeneration: 1,
            ...v.status,
            results: (v.status?.results ?? []).map((r) => (r.name === check ? { ...r, ...more } : r)),
          },
        },
  );

/** The report of a release and its Verifications, half an hour after the start. */
export const reportOf = (release: Release, verifications: readonly Verification[]): VsrReport =>
  readVsrReport({
    release,
    verifications,
    journal: verifyJournal(
      release.status?.journal ?? { head: "", count: 0, entries: [] },
      release.metadata.uid ?? "",
      [],
    ),
    now: instant(START + 1_800_000),
    by: "bascule 0.1.0",
  });

/** A record that has something of everything: reservations, what did not run, evidence, a test of the live side. */
export function fullRecord(): VsrReport {
  const missed = {
    verdict: "failed",
    reason: "WrongStatus",
    message: "GET /style.css answered 404, not 200",
    evidence: "HTTP/1.1 404 Not Found\nset-cookie: session=abcdef123456\n\nno such | file",
  } as const;
  const compared = {
    confidence: "a false alarm in at most 1 % of releases",
    verdict: "inconclusive",
  } as const;
  const [before, canary] = withResult("verify", "style", missed);
  const accepted = "errors (major) is inconclusive, accepted by ada@example.com: 12 requests are too few";
  const release = aRelease({
    reservations: ["style (minor) is failed: GET /style.css answered 404, not 200", accepted],
    moreReservations: 1,
  });
  const undecided = aResult("errors", 70, {
    ...compared,
    reason: "TooFew",
    message: "12 requests are too few",
  });
  return reportOf(release, [
    aVerification("live", [aResult("health", 5)], { at: 5 }),
    before as Verification,
    {
      ...(canary as Verification),
      status: { observedGeneration: 1, ...canary?.status, results: [aResult("health", 70), undecided] },
    },
  ]);
}
