import type { CheckResult, Verification, VerificationStatus } from "../../api/verification.ts";
import { type Duration, seconds } from "../../base/duration.ts";
import type { Instant } from "../../base/instant.ts";
import type { Checker } from "../../ports/checks.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Log } from "../../ports/log.ts";
import { LookQueue } from "./look-queue.ts";
import { StatusWriter } from "./status-writer.ts";
import { VerificationLimit } from "./verification-limit.ts";
import { type GateVerdict, type RunEnvironment, VerificationRun } from "./verification-run.ts";
import { waitingStatus } from "./verification-status.ts";

export interface GateOptions {
  /** One checker a kind. */
  readonly checkers: readonly Checker[];
  readonly clock: Clock;
  /** The API server's time; default: the clock's. */
  readonly now?: () => Instant;
  /** Stores a status; rejects when it could not. The object is the one last given to the runner. */
  readonly writeStatus: (verification: Verification, status: VerificationStatus) => Promise<void>;
  /** Who judges, as results say it: controller and version. */
  readonly validator: string;
  /** From 0 up to, not including, 1. */
  readonly random: () => number;
  readonly log: Log;
  /** Looks at once over all Verifications. Default 64. */
  readonly looksAtOnce?: number;
  /** Verifications without a release that run side by side in one namespace; default 50. */
  readonly aloneAtOnce?: number;
  /** Time between two writes of a status in which only figures changed. Default 10 s. */
  readonly statusEvery?: Duration;
  /** Called with every verdict that a check comes to. Must not throw. */
  readonly onVerdict?: (verdict: GateVerdict) => void;
  /** Called when a look begins, with how late it is. Must not throw. */
  readonly onLook?: (late: Duration) => void;
}

/** A verdict changed, or a Verification ended. */
export interface GateChange {
  readonly uid: string;
  readonly namespace: string;
  readonly verification: string;
  readonly release?: string;
  readonly plan?: string;
  readonly finished: boolean;
}

const LOOKS_AT_ONCE = 64;
const ALONE_AT_ONCE = 50;
const STATUS_EVERY = seconds(10);

interface Entry {
  readonly run: VerificationRun;
  readonly writer: StatusWriter;
}

/** One that waits until another of its namespace ends. */
interface Waiting {
  verification: Verification;
  readonly writer: StatusWriter;
}

/**
 * Runs Verifications. Level-based: `observe` and `sync` may be called with the same object any number of times.
 * Results are in memory before they are stored; a restarted controller goes on from what was stored.
 */
export class GateRunner {
  readonly #options: GateOptions;
  readonly #environment: RunEnvironment;
  readonly #limit: VerificationLimit;
  readonly #running = new Map<string, Entry>();
  readonly #waiting = new Map<string, Waiting>();
  /** Those that had ended before this process saw them. */
  readonly #over = new Map<string, Verification>();
  #closed = false;
  readonly #listeners = new Set<(change: GateChange) => void>();

  constructor(options: GateOptions) {
    this.#options = options;
    this.#limit = new VerificationLimit(options.aloneAtOnce ?? ALONE_AT_ONCE);
    this.#environment = {
      checkers: new Map(options.checkers.map((checker) => [checker.kind, checker])),
      clock: options.clock,
      now: options.now ?? (() => options.clock.now()),
      queue: new LookQueue(options.looksAtOnce ?? LOOKS_AT_ONCE),
      validator: options.validator,
      random: options.random,
      log: options.log,
      onVerdict: options.onVerdict ?? (() => {}),
      onLook: options.onLook ?? (() => {}),
    };
  }

  /** An object as the store has it now: starts it, follows its spec, or notes that it has ended. */
  observe(verification: Verification): void {
    try {
      this.#follow(uidOf(verification), verification);
    } catch (error) {
      // Admission refuses what can't be read; without it, one bad object must not hold up the others.
      const { namespace, name } = verification.metadata;
      const reason = error instanceof Error ? error.message : "unknown";
      this.#options.log.error({ namespace, name, error: reason }, "a verification can't be run");
    }
  }

  #follow(uid: string, verification: Verification): void {
    const entry = this.#running.get(uid);
    if (entry) {
      entry.run.follow(verification);
      // Its answer may have been lost: written again, it would meet what it has written itself, for ever.
      if (entry.run.finished && verification.status?.finishedAt !== undefined) entry.writer.stop();
    } else if (verification.status?.finishedAt !== undefined) this.#over.set(uid, verification);
    else if (verification.metadata.deletionTimestamp !== undefined) return;
    else if (this.#limit.admit(uid, verification)) this.#begin(uid, verification);
    else this.#wait(uid, verification);
  }

  /** Says that it waits; it begins when one of its namespace has ended. */
  #wait(uid: string, verification: Verification): void {
    const known = this.#waiting.get(uid);
    if (known !== undefined) {
      known.verification = verification;
      return;
    }
    const why = `waits: ${this.#limit.most(verification)} Verifications of namespace ${verification.metadata.namespace ?? ""} run already`;
    const waiting: Waiting = {
      verification,
      writer: this.#writer(verification, async () => {
        const now = this.#environment.now();
        await this.#options.writeStatus(waiting.verification, waitingStatus(waiting.verification, why, now));
      }),
    };
    this.#waiting.set(uid, waiting);
    waiting.writer.changed({ urgent: true });
  }

  /** It no longer counts; one that has waited for that begins. */
  #ended(uid: string, verification: Verification): void {
    const next = this.#closed ? undefined : this.#limit.ended(uid, verification);
    const waiting = next === undefined ? undefined : this.#waiting.get(next);
    if (waiting !== undefined) this.observe(waiting.verification);
  }

  /** The object is gone: looks end, and nothing is written any more. */
  forget(uid: string): void {
    this.#over.delete(uid);
    const entry = this.#running.get(uid);
    const waiting = this.#waiting.get(uid);
    const known = entry?.run.verification ?? waiting?.verification;
    waiting?.writer.stop();
    this.#waiting.delete(uid);
    if (known !== undefined) queueMicrotask(() => this.#ended(uid, known));
    if (entry === undefined) return;
    this.#running.delete(uid);
    entry.writer.stop();
    entry.run.stop();
    void entry.run.cleanUp();
  }

  /** The whole set: what is not in it any more is forgotten. */
  sync(verifications: readonly Verification[]): void {
    const present = new Set(verifications.map(uidOf));
    for (const uid of [...this.#running.keys(), ...this.#waiting.keys(), ...this.#over.keys()])
      if (!present.has(uid)) this.forget(uid);
    for (const verification of verifications) this.observe(verification);
  }

  /** Results as they are now, ahead of the stored ones; undefined for a Verification that is not known. */
  results(uid: string): readonly CheckResult[] | undefined {
    return this.#running.get(uid)?.run.results ?? this.#over.get(uid)?.status?.results;
  }

  /** Calls back at every change of a verdict and at the end of a Verification. Returns how to stop that. */
  onChange(listener: (change: GateChange) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Looks under way and waiting, over all Verifications. */
  get load(): { readonly running: number; readonly waiting: number } {
    const { running, waiting } = this.#environment.queue;
    return { running, waiting };
  }

  /** Ends all looks and stores what is not stored yet; Jobs stay for the successor. */
  async close(): Promise<void> {
    const entries = [...this.#running.values()];
    this.#running.clear();
    this.#stopWaiting();
    for (const { run } of entries) run.stop();
    await Promise.all(entries.map(({ writer }) => writer.flush()));
  }

  /** Ends all looks and stores nothing any more: somebody else may be making them already. */
  abandon(): void {
    for (const { run, writer } of this.#running.values()) {
      run.stop();
      writer.stop();
    }
    this.#running.clear();
    this.#stopWaiting();
  }

  #stopWaiting(): void {
    this.#closed = true;
    for (const { writer } of this.#waiting.values()) writer.stop();
    this.#waiting.clear();
  }

  #begin(uid: string, verification: Verification): void {
    this.#waiting.get(uid)?.writer.stop();
    this.#waiting.delete(uid);
    // The run tells its first change while it is being made.
    let entry: Entry | undefined;
    let told = false;
    const writer = this.#writer(verification, async () => {
      if (entry) await this.#options.writeStatus(entry.run.verification, entry.run.status);
    });
    const run = new VerificationRun(verification, this.#environment, ({ urgent }) => {
      told = true;
      if (entry) this.#tell(entry, urgent);
    });
    entry = { run, writer };
    this.#running.set(uid, entry);
    if (told) this.#tell(entry, true);
  }

  #writer({ metadata }: Verification, write: () => Promise<void>): StatusWriter {
    const { clock, random, log, statusEvery } = this.#options;
    return new StatusWriter({
      write,
      clock,
      random,
      every: statusEvery ?? STATUS_EVERY,
      onFailure: (error, failures) => {
        const { namespace, name } = metadata;
        const reason = error instanceof Error ? error.message : "unknown";
        // A conflict is news: the watch brings the newer version, and the status is written on top of that.
        const level = isConflict(error) && failures <= USUAL_CONFLICTS ? "debug" : "warn";
        log[level](
          { namespace, name, failures, error: reason },
          "the status of a verification could not be stored",
        );
      },
    });
  }

  #tell({ run, writer }: Entry, urgent: boolean): void {
    writer.changed({ urgent });
    if (run.finished) queueMicrotask(() => this.#ended(uidOf(run.verification), run.verification));
    if (!urgent) return;
    const { metadata, spec } = run.verification;
    const change: GateChange = {
      uid: uidOf(run.verification),
      namespace: metadata.namespace ?? "",
      verification: metadata.name,
      ...(spec.releaseRef === undefined ? {} : { release: spec.releaseRef.name }),
      ...(spec.target.plan === undefined ? {} : { plan: spec.target.plan }),
      finished: run.finished,
    };
    for (const listener of this.#listeners) {
      try {
        listener(change);
      } catch (error) {
        this.#options.log.error(
          { error: error instanceof Error ? error.message : "unknown" },
          "a listener threw",
        );
      }
    }
  }
}

const uidOf = ({ metadata }: Verification): string =>
  metadata.uid ?? `${metadata.namespace ?? ""}/${metadata.name}`;

/** Conflicts in a row that say no more than that the cache is behind. */
const USUAL_CONFLICTS = 3;

const isConflict = (error: unknown): boolean =>
  error instanceof Error && "kind" in error && error.kind === "conflict";
