import type { Check } from "../../../api/check.ts";
import type { FrozenStep } from "../../../api/frozen.ts";
import type { Release } from "../../../api/release.ts";
import type { Verification } from "../../../api/verification.ts";
import { isFinished, phaseOf } from "../../plan/phases.ts";
import { isOwnedBy } from "../segment.ts";
import { testNotRun, testOf } from "./read-test.ts";
import type { VsrExecution, VsrSection, VsrTest } from "./report.ts";
import { safeLine, safeMember } from "./safe-text.ts";

/** Verifications of the release itself, oldest first; others that only name it are not its record. */
function ownOf(release: Release, all: readonly Verification[]): readonly Verification[] {
  const { uid, name } = release.metadata;
  return all
    .filter((v) => v.spec.releaseRef?.name === name && uid !== undefined && isOwnedBy(v, uid))
    .sort((a, b) => ageOf(a) - ageOf(b) || (a.metadata.name < b.metadata.name ? -1 : 1));
}

/** Seconds are the API server's resolution; names of later attempts are longer, so ties are rare and stay in order. */
const ageOf = ({ metadata, status }: Verification): number =>
  Date.parse(status?.startedAt ?? metadata.creationTimestamp ?? "") || 0;

/** Every step with its tests, what was asked of the live side before and after, and what else belongs to the release. */
export function sectionsOf(release: Release, all: readonly Verification[]): readonly VsrSection[] {
  const left = new Set(ownOf(release, all));
  const take = (fits: (v: Verification) => boolean): readonly Verification[] => {
    const found = [...left].filter(fits);
    for (const v of found) left.delete(v);
    return found;
  };
  const live = take((v) => v.metadata.name === `${release.metadata.name}-live`);
  const back = take((v) => v.metadata.name.replace(/-[0-9]+$/, "") === `${release.metadata.name}-back`);
  const checks = release.status?.frozen?.checks ?? [];
  const steps = (release.status?.frozen?.steps ?? []).flatMap((step, index) =>
    stepSections(
      release,
      step,
      index,
      take((v) => v.spec.step === step.name),
    ),
  );
  const plain = (kind: VsrSection["kind"], found: readonly Verification[]) =>
    found.map((v, i) => ({
      ...runSection(v, v.spec.step ?? v.metadata.name, [], checks),
      kind,
      attempt: i + 1,
      superseded: i + 1 < found.length,
    }));
  return [
    ...plain("live", live),
    ...steps,
    ...plain("back", back),
    ...[...left].flatMap((v) => plain("other", [v])),
  ];
}

function stepSections(
  release: Release,
  step: FrozenStep,
  index: number,
  found: readonly Verification[],
): readonly VsrSection[] {
  const checks = release.status?.frozen?.checks ?? [];
  const about = {
    weight: typeof step.weight === "number" ? `${step.weight}%` : step.weight,
    ...(step.moment === undefined ? {} : { moment: step.moment }),
  };
  if (found.length > 0)
    return found.map((v, i) => ({
      ...runSection(v, step.name, i + 1 === found.length ? step.checks : [], checks),
      ...about,
      attempt: i + 1,
      superseded: i + 1 < found.length,
    }));
  const state = step.checks.length === 0 ? "noTests" : wasReached(release, index) ? "missing" : "notReached";
  const tests = [...new Set(step.checks)].map((name) =>
    testNotRun(
      name,
      checks.find((c) => c.name === name),
      state === "missing" ? "RecordMissing" : "NotReached",
    ),
  );
  return [{ kind: "step", step: step.name, attempt: 1, superseded: false, ...about, state, tests }];
}

/** The release stood in this step's verification, or went past it. */
function wasReached(release: Release, index: number): boolean {
  const { position } = release.status ?? {};
  if (position === undefined) return false;
  if (position.step !== index) return position.step > index;
  // While it goes on, a Verification that is just being made is not missing.
  return position.stage === "verify" && isFinished(phaseOf(release));
}

/** The record of a Verification that belongs to no release. */
export const sectionOf = (verification: Verification): VsrSection => ({
  ...runSection(verification, verification.spec.step ?? verification.metadata.name, [], []),
  kind: "other",
});

/** What one Verification measured; a test that it should have, and has no result of, is told as not run. */
function runSection(
  verification: Verification,
  step: string,
  expected: readonly string[],
  frozen: readonly Check[],
): VsrSection {
  const { spec, status } = verification;
  const results = new Map((status?.results ?? []).map((result) => [result.name, result]));
  const names = new Set([...spec.checks.map(({ name }) => name), ...results.keys(), ...expected]);
  const tests = [...names].map((name): VsrTest => {
    const result = results.get(name);
    const check = [...spec.checks, ...frozen].find((c) => c.name === name);
    return result === undefined ? testNotRun(name, check, "NoResult") : testOf(result);
  });
  return {
    kind: "step",
    step: safeLine(step),
    attempt: 1,
    superseded: false,
    moment: spec.moment,
    state: "run",
    verification: executionOf(verification),
    tests,
  };
}

function executionOf({ metadata, spec, status }: Verification): VsrExecution {
  const { service, version, image, packageDigest } = spec.target;
  return {
    name: metadata.name,
    ...(metadata.uid === undefined ? {} : { uid: metadata.uid }),
    ...(status?.phase === undefined ? {} : { phase: status.phase }),
    ...(status?.startedAt === undefined ? {} : { startedAt: status.startedAt }),
    ...(status?.finishedAt === undefined ? {} : { finishedAt: status.finishedAt }),
    service,
    ...safeMember("version", version),
    ...safeMember("image", image),
    ...safeMember("packageDigest", packageDigest),
  };
}
