/** The Verifications by which a plan's releases are judged, as far as they are the releases' own. */
import type { KubeObject } from "../api/object.ts";
import type { CheckResult } from "../api/verification.ts";
import type { VerificationObservation } from "../core/plan/observed.ts";
import { isOwnedBy } from "../core/record/segment.ts";

type Seen = KubeObject & {
  readonly spec?: {
    readonly end?: boolean;
    readonly endChecks?: readonly string[];
    readonly releaseRef?: { readonly name: string };
  };
  readonly status?: { readonly finishedAt?: string; readonly results?: readonly CheckResult[] };
};

/**
 * Verifications by name. One that only has the name of a release's own, or was an earlier release's of that name, is
 * left out: its results would move traffic. Who may make one that belongs to a release is said at admission
 * (`release-verifications.bascule.dev`).
 * @param resultsOf results of one that runs here, ahead of its stored status
 */
export function releaseVerifications(
  objects: readonly KubeObject[],
  releases: readonly KubeObject[],
  resultsOf: (uid: string) => readonly CheckResult[] | undefined,
): Readonly<Record<string, VerificationObservation>> {
  const uids = new Map(releases.map(({ metadata }) => [metadata.name, metadata.uid]));
  const own = (objects as readonly Seen[]).flatMap((object) => {
    const release = object.spec?.releaseRef?.name;
    const uid = release === undefined ? undefined : uids.get(release);
    return release === undefined || uid === undefined || !isOwnedBy(object, uid)
      ? []
      : [observeVerification(object, release, resultsOf)];
  });
  return Object.fromEntries(own.map((v) => [v.name, v]));
}

function observeVerification(
  { metadata, spec, status }: Seen,
  release: string,
  resultsOf: (uid: string) => readonly CheckResult[] | undefined,
): VerificationObservation {
  return {
    name: metadata.name,
    release,
    ended: spec?.end === true || status?.finishedAt !== undefined,
    ...(spec?.endChecks === undefined ? {} : { endedChecks: spec.endChecks }),
    results: resultsOf(metadata.uid ?? "") ?? status?.results ?? [],
  };
}
