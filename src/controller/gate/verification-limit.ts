import type { Verification } from "../../api/verification.ts";

/** Verifications of one kind in one namespace. */
interface Group {
  readonly running: Set<string>;
  /** In order of coming. */
  readonly waiting: Set<string>;
}

/** So many times as many of those that name a release may run: of each plan's there is one at a time. */
const OF_RELEASES = 10;

/**
 * How many Verifications run at once in a namespace: whoever may create one may create ten thousand. The others wait for
 * one to end. Those that name a release have places of their own, so that others can't keep it back.
 */
export class VerificationLimit {
  readonly #alone: number;
  readonly #groups = new Map<string, Group>();

  /** @param alone how many without a release run side by side in one namespace */
  constructor(alone: number) {
    this.#alone = alone;
  }

  /** How many of the same kind run side by side in its namespace. */
  most({ spec }: Verification): number {
    return spec.releaseRef === undefined ? this.#alone : this.#alone * OF_RELEASES;
  }

  /** Whether it may run. One that has begun already, under a controller before this one, goes on. */
  admit(uid: string, verification: Verification): boolean {
    const group = this.#groupOf(verification);
    const begun = verification.status?.startedAt !== undefined || group.running.has(uid);
    if (!begun && group.running.size >= this.most(verification)) {
      group.waiting.add(uid);
      return false;
    }
    group.waiting.delete(uid);
    group.running.add(uid);
    return true;
  }

  /** It has ended, or is gone. @returns the uid of one that has waited and may run now */
  ended(uid: string, verification: Verification): string | undefined {
    const key = keyOf(verification);
    const group = this.#groups.get(key);
    if (group === undefined) return undefined;
    group.running.delete(uid);
    group.waiting.delete(uid);
    if (group.running.size + group.waiting.size === 0) this.#groups.delete(key);
    if (group.running.size >= this.most(verification)) return undefined;
    const [next] = group.waiting;
    return next;
  }

  #groupOf(verification: Verification): Group {
    const key = keyOf(verification);
    const known = this.#groups.get(key);
    if (known !== undefined) return known;
    const made = { running: new Set<string>(), waiting: new Set<string>() };
    this.#groups.set(key, made);
    return made;
  }
}

const keyOf = ({ metadata, spec }: Verification): string =>
  `${metadata.namespace ?? ""}/${spec.releaseRef === undefined ? "alone" : "release"}`;
