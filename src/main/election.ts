/** Which of several controllers acts: the one that holds the Lease, for as long as it holds it. The others stand by. */
import { type Duration, milliseconds, seconds } from "../base/duration.ts";
import type { Fence } from "../kube/fence.ts";
import { LeaseLock, type LeaseOptions } from "../kube/lease.ts";
import type { Clock } from "../ports/clock.ts";
import type { Log } from "../ports/log.ts";
import { within } from "./within.ts";

/** Everything that a controller does while it leads. Made anew each time: nothing of an earlier term acts in a later one. */
export interface Term {
  /** Ends it in order: what runs gets its time, and what is known is written. */
  end(): Promise<void>;
  /** Ends it at once and writes nothing: somebody else may lead already. */
  abandon(): Promise<void>;
}

export interface ElectionOptions
  extends Required<Pick<LeaseOptions, "client" | "clock" | "namespace" | "identity" | "duration">>,
    Pick<LeaseOptions, "metrics" | "random" | "onAnswer"> {
  readonly log: Log;
  /** Starts a term, in which every write has to pass the fence. */
  readonly begin: (fence: Fence) => Term;
  /** Whether this process leads, told at each change. */
  readonly onChange: (leads: boolean) => void;
  /** A term could not be begun or ended; the process is of no more use, and must end. */
  readonly onBroken: (cause: unknown) => void;
}

/** Name of the Lease, in the controller's own namespace. */
export const LEADER_LEASE = "bascule-leader";
/** A term that was lost is over within this time, or the process ends: its next one may not begin before. */
const ABANDON = seconds(20);
/** To give the Lease up; it runs out by itself otherwise. */
const RELEASE = seconds(2);

/** The fence of one term: open while the Lease is held, and never again once it was lost. */
class TermFence implements Fence {
  readonly #left: () => Duration;
  readonly #end = new AbortController();

  constructor(left: () => Duration) {
    this.#left = left;
  }
  get remaining(): Duration {
    return this.closed.aborted ? milliseconds(0) : this.#left();
  }
  get closed(): AbortSignal {
    return this.#end.signal;
  }
  close(): void {
    this.#end.abort();
  }
}

interface Office {
  readonly fence: TermFence;
  term?: Term;
}

/** Takes part in the election until `stop`. A leader that loses the Lease becomes a standby again (ADR 29). */
export class Election {
  readonly #options: ElectionOptions;
  readonly #clock: Clock;
  readonly #lock: LeaseLock;
  #office: Office | undefined;
  /** Beginnings and ends of terms, one after the other. */
  #turns: Promise<void> = Promise.resolve();
  #stopping = false;
  /** Something of a term may still be at work that nobody rules; no other may begin beside it. */
  #broken = false;

  constructor(options: ElectionOptions) {
    const { client, clock, namespace, identity, duration, metrics, random, onAnswer, log } = options;
    this.#options = options;
    this.#clock = clock;
    this.#lock = new LeaseLock({
      ...{ client, clock, namespace, identity, duration, log, name: LEADER_LEASE },
      ...(metrics === undefined ? {} : { metrics }),
      ...(random === undefined ? {} : { random }),
      ...(onAnswer === undefined ? {} : { onAnswer }),
      onAcquired: () => this.#acquired(),
      onLost: () => this.#lost(),
      onOther: (leader) => log.info({ leader, identity }, "another controller leads, this one stands by"),
    });
  }

  get leads(): boolean {
    return this.#office !== undefined && this.#lock.isHeld;
  }

  start(): void {
    this.#lock.start();
  }

  /** Ends the term in order and then gives the Lease up, so that a standby takes over at once. */
  async stop(): Promise<void> {
    this.#stopping = true;
    const office = this.#office;
    await this.#turns;
    // The Lease is renewed meanwhile, and may be lost all the same: `abandon` then follows.
    await office?.term?.end();
    this.#office = undefined;
    await within(this.#clock, RELEASE, this.#lock.stop());
    office?.fence.close();
    if (office) this.#options.onChange(false);
  }

  #acquired(): void {
    const { log, identity, onChange, begin } = this.#options;
    const office: Office = { fence: new TermFence(() => this.#lock.remaining) };
    this.#office = office;
    log.info({ identity }, "this controller leads");
    onChange(true);
    this.#turn(() => {
      // It may have been lost while an earlier term was being ended.
      if (!office.fence.closed.aborted && !this.#stopping) office.term = begin(office.fence);
    });
  }

  #lost(): void {
    const { log, identity, onChange } = this.#options;
    const office = this.#office;
    this.#office = undefined;
    office?.fence.close();
    onChange(false);
    log.warn({ identity }, "this controller leads no more: it writes nothing, and stands by again");
    this.#turn(async () => {
      if (office?.term === undefined) return;
      if (!(await within(this.#clock, ABANDON, office.term.abandon())))
        throw new Error("what a lost term had begun could not be ended in time");
    });
  }

  #turn(act: () => void | Promise<void>): void {
    this.#turns = this.#turns
      .then(() => (this.#broken ? undefined : act()))
      .catch((cause: unknown) => {
        this.#broken = true;
        this.#options.onBroken(cause);
      });
  }
}
