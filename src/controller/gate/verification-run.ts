import type { CheckKind } from "../../api/checks/kinds.ts";
import type { CheckResult, Verification, VerificationStatus } from "../../api/verification.ts";
import { type Duration, hours, milliseconds, seconds } from "../../base/duration.ts";
import { between, type Instant, readInstant, renderInstant } from "../../base/instant.ts";
import { readWeight } from "../../base/weight.ts";
import { timesOf } from "../../core/gate/check-times.ts";
import { isOnce, judge } from "../../core/gate/judge.ts";
import { readMemory } from "../../core/gate/judge-memory.ts";
import { kindOf, rulesOf } from "../../core/gate/kinds/index.ts";
import {
  concluded,
  finalPhase,
  stopEarly,
  type VerificationPhase,
} from "../../core/gate/verification-phase.ts";
import type { Checker, LookContext } from "../../ports/checks.ts";
import type { Cancel, Clock } from "../../ports/clock.ts";
import type { Log } from "../../ports/log.ts";
import { makeLook } from "./bounded-look.ts";
import { type CheckRun, makeCheckRun, remembering } from "./check-run.ts";
import { cleanUp } from "./clean-up.ts";
import type { LookOwner, LookQueue } from "./look-queue.ts";
import { statusOf } from "./verification-status.ts";

/** What all runs share. */
export interface RunEnvironment {
  readonly checkers: ReadonlyMap<CheckKind, Checker>;
  readonly clock: Clock;
  /** The time that verdicts carry and deadlines are held to: the API server's. */
  readonly now: () => Instant;
  readonly queue: LookQueue;
  readonly validator: string;
  readonly random: () => number;
  readonly log: Log;
  readonly onVerdict: (verdict: GateVerdict) => void;
  /** A look begins; how late it is. */
  readonly onLook: (late: Duration) => void;
}

/** A check came to another verdict than it had. */
export interface GateVerdict {
  readonly check: CheckKind;
  readonly verdict: CheckResult["verdict"];
}

/** How a run tells what happened: a verdict (urgent), or only figures. */
export type Told = (change: { readonly urgent: boolean }) => void;

/** A timer is at most this long; then the time is looked at again, because the server's clock may have been set. */
const LONGEST_TIMER = hours(1);
/** For the last look to say so. */
const GRACE = seconds(2);
/** Within this a node's proxy knows new endpoints, also in a large cluster. */
const WARM_UP = seconds(10);
const LAST_LOOK = seconds(20);

const CONCLUDED: ReadonlySet<CheckResult["verdict"]> = new Set([
  ...(["passed", "failed", "inconclusive", "notApplicable"] as const),
]);

/** One Verification while looks are made. Level-based: it is given the object again and again and follows it. */
export class VerificationRun {
  readonly #environment: RunEnvironment;
  readonly #told: Told;
  readonly #start: Instant;
  readonly #abort = new AbortController();
  #verification: Verification;
  #checks: readonly CheckRun[] = [];
  #deadline: Cancel | undefined;
  #finishedAt: Instant | undefined;
  #phase: VerificationPhase = "Running";

  constructor(verification: Verification, environment: RunEnvironment, told: Told) {
    this.#environment = environment;
    this.#told = told;
    this.#verification = verification;
    const started = verification.status?.startedAt;
    this.#start = (started === undefined ? undefined : readInstant(started)) ?? environment.now();
    this.follow(verification);
  }

  get results(): readonly CheckResult[] {
    return this.#checks.map(({ result }) => result);
  }

  get finished(): boolean {
    return this.#finishedAt !== undefined;
  }

  get verification(): Verification {
    return this.#verification;
  }

  /** The status as it is now. */
  get status(): VerificationStatus {
    return statusOf({
      verification: this.#verification,
      phase: this.#phase,
      results: this.results,
      start: this.#start,
      now: this.#environment.now(),
      finishedAt: this.#finishedAt,
    });
  }

  /**
   * Takes the object's present state over: checks that changed start anew, `end` ends all. One that is stored as
   * ended is not followed: of it no more is kept than what it came to.
   */
  follow(verification: Verification): void {
    if (verification.status?.finishedAt !== undefined) return;
    const first = this.#checks.length === 0;
    const changed = first || verification.metadata.generation !== this.#verification.metadata.generation;
    this.#verification = verification;
    if (this.finished || !changed) return;
    this.#replaceChecks(first);
    this.#told({ urgent: true });
    if (verification.spec.end) this.#finish("Stopped");
    else {
      for (const run of this.#checks) {
        if (this.#isOver(run)) this.#endCheck(run);
        else if (!run.busy && run.cancel === undefined) this.#schedule(run, this.#firstLook(run));
      }
      this.#watchDeadline();
      this.#finishWhenConcluded();
    }
  }

  /** Ends all looks without a word: the object is gone, or the process ends. */
  stop(): void {
    this.#abort.abort(new Error("the verification ended"));
    this.#environment.queue.drop(this.#owner);
    this.#deadline?.();
    for (const run of this.#checks) run.cancel?.();
  }

  /** Removes what looks left behind. Never rejects. */
  async cleanUp(): Promise<void> {
    await Promise.all(
      this.#checks.map((run) => {
        const checker = this.#environment.checkers.get(kindOf(run.check));
        return checker?.finish && !run.broken
          ? cleanUp(checker, this.#contextOf(run), this.#environment)
          : undefined;
      }),
    );
  }

  get #uid(): string {
    return this.#verification.metadata.uid ?? this.#verification.metadata.name;
  }

  get #owner(): LookOwner {
    return { namespace: this.#verification.metadata.namespace ?? "", uid: this.#uid };
  }

  #replaceChecks(first: boolean): void {
    const known = first ? (this.#verification.status?.results ?? []) : this.results;
    const before = this.#checks;
    this.#checks = this.#verification.spec.checks.map((check) => {
      const result = known.find(({ name }) => name === check.name);
      const run = makeCheckRun(this.#verification, check, result, this.#environment.validator);
      return before.find(({ of, check: { name } }) => of === run.of && name === check.name) ?? run;
    });
    for (const run of before) if (!this.#checks.includes(run)) run.cancel?.();
  }

  /** What the check measures is over, as the release says. */
  #isOver = ({ check }: CheckRun): boolean =>
    this.#verification.spec.endChecks?.includes(check.name) === true;

  #endCheck(run: CheckRun): void {
    run.cancel?.();
    run.cancel = undefined;
    run.result = stopEarly(
      run.result,
      this.#environment.now(),
      "what it measures was over before it had concluded",
    );
  }

  #firstLook(run: CheckRun): Instant | undefined {
    const over = isOnce(run.check) && run.result.verdict === "passed";
    return run.broken || over || run.result.verdict === "failed" ? undefined : this.#timesOf(run).from;
  }

  #timesOf = (run: CheckRun) => timesOf(run.check, this.#verification.spec, this.#start);

  #schedule(run: CheckRun, at: Instant | undefined): void {
    run.cancel?.();
    run.cancel = undefined;
    if (at === undefined || this.finished || this.#isOver(run)) return;
    const { clock, now, queue, onLook } = this.#environment;
    const wait = between(now(), at);
    const due = clock.monotonic() + Math.max(0, wait);
    run.cancel = clock.after(milliseconds(Math.min(LONGEST_TIMER, Math.max(0, wait))), () => {
      run.cancel = undefined;
      if (wait > LONGEST_TIMER) return this.#schedule(run, at);
      run.busy = true;
      queue.add(this.#owner, () => {
        onLook(milliseconds(Math.max(0, clock.monotonic() - due)));
        return this.#look(run);
      });
    });
  }

  async #look(run: CheckRun): Promise<void> {
    const { checkers, clock, log, validator } = this.#environment;
    const checker = checkers.get(kindOf(run.check));
    const { signal: _, ...context } = this.#contextOf(run);
    const look = checker
      ? await makeLook({
          checker,
          context,
          deadline: lookDeadline(run),
          ended: this.#abort.signal,
          clock,
          log,
        })
      : ({
          kind: "unreadable",
          reason: "NoChecker",
          message: "this controller does not run checks of this kind",
        } as const);
    run.busy = false;
    if (look === undefined || this.finished || this.#abort.signal.aborted || !this.#checks.includes(run))
      return;
    if (this.#isOver(run)) return;
    const before = run.result.verdict;
    const previous = run.result.looks === undefined ? undefined : run.result;
    const { share } = context.target;
    const judged = judge(run.check, previous, look, {
      at: context.now,
      ...this.#timesOf(run),
      ...(share === undefined ? {} : { share: readWeight(share) }),
      ...(this.#verification.spec.moment === "beforeTraffic" ? { warmUp: WARM_UP } : {}),
      validator,
    });
    run.result = remembering(judged.result, run.of);
    this.#schedule(run, judged.nextLookAt);
    const { verdict } = run.result;
    if (verdict !== before) this.#environment.onVerdict({ check: kindOf(run.check), verdict });
    this.#told({ urgent: verdict !== before });
    this.#finishWhenConcluded();
  }

  #contextOf(run: CheckRun): LookContext {
    const { metadata, spec } = this.#verification;
    const { from, deadline } = this.#timesOf(run);
    return {
      check: run.check,
      target: spec.target,
      namespace: metadata.namespace ?? "",
      verification: { name: metadata.name, uid: this.#uid },
      ...(spec.releaseRef === undefined ? {} : { release: spec.releaseRef.name }),
      from,
      deadline,
      now: this.#environment.now(),
      looks: run.result.looks ?? 0,
      ...judgedUntil(run),
      ...answerTo(run, spec),
      signal: this.#abort.signal,
    };
  }

  /** One that belongs to no release ends by itself. */
  #finishWhenConcluded(): void {
    if (this.#verification.spec.releaseRef !== undefined) return;
    // An error may pass until the deadline; that of a check that can't be run does not.
    const staysError = (run: CheckRun): boolean =>
      run.result.verdict === "error" && this.#environment.now() >= this.#timesOf(run).deadline;
    const isConcluded = (run: CheckRun): boolean =>
      run.broken !== undefined || CONCLUDED.has(run.result.verdict) || staysError(run);
    if (this.#checks.every(isConcluded)) this.#finish("Concluded");
  }

  /** At its deadline one without release ends as it stands; checks that still look are given time to say so. */
  #watchDeadline(): void {
    this.#deadline?.();
    if (this.#verification.spec.releaseRef !== undefined || this.finished) return;
    const { clock, now } = this.#environment;
    const latest = Math.max(...this.#checks.map((run) => this.#timesOf(run).deadline));
    const wait = latest + LAST_LOOK + GRACE - now();
    this.#deadline = clock.after(milliseconds(Math.min(LONGEST_TIMER, Math.max(0, wait))), () => {
      if (wait > LONGEST_TIMER) this.#watchDeadline();
      else this.#finish("Deadline");
    });
  }

  #finish(why: "Stopped" | "Concluded" | "Deadline"): void {
    if (this.finished) return;
    const at = this.#environment.now();
    this.#finishedAt = at;
    this.stop();
    for (const run of this.#checks)
      run.result = concluded(
        why === "Deadline"
          ? expire(run.result, at)
          : stopEarly(run.result, at, "ended before it had concluded"),
        at,
      );
    this.#phase = finalPhase(this.#verification.spec.checks, this.results);
    this.#told({ urgent: true });
    void this.cleanUp();
  }
}

const expire = (result: CheckResult, at: Instant): CheckResult =>
  result.verdict === "pending"
    ? {
        ...result,
        verdict: "inconclusive",
        message: `not concluded by the deadline: ${result.message}`.slice(0, 2048),
        finishedAt: renderInstant(at),
      }
    : result;

/** Where a comparison goes on; what it has come to is in its result, so a restarted controller knows it too. */
function judgedUntil({ check, result }: CheckRun): Pick<LookContext, "judgedUntil"> {
  const until = check.compare === undefined ? undefined : readMemory(result).compared?.until;
  return until === undefined ? {} : { judgedUntil: until };
}

function answerTo({ check }: CheckRun, { answers }: Verification["spec"]): Pick<LookContext, "answer"> {
  const answer = answers?.find((given) => given.check === check.name);
  return answer === undefined ? {} : { answer };
}

function lookDeadline({ check }: CheckRun): Duration {
  const { rules, spec } = rulesOf(check);
  return rules.lookLimit(spec);
}
