import { type Duration, milliseconds, seconds } from "../base/duration.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { Cancel, Clock } from "../ports/clock.ts";
import { type Log, silentLog } from "../ports/log.ts";
import type { Random } from "./backoff.ts";
import type { KubeClient } from "./client.ts";
import { HoldTime } from "./hold-time.ts";
import type { KubeError } from "./kube-error.ts";
import {
  holderOf,
  LEASES,
  type LeaseObject,
  renderFirst,
  renderHold,
  renderReleased,
} from "./lease-record.ts";
import { LeaseWatch } from "./lease-watch.ts";
import { type KubeMetrics, noMetrics } from "./metrics.ts";
import { sleep } from "./sleep.ts";

export interface LeaseOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly namespace: string;
  readonly name: string;
  /** Unique for each process that may hold it, also after a restart. */
  readonly identity: string;
  /** How long others wait after the last renewal; default 15 s, at least 1 s. */
  readonly duration?: Duration;
  /** A holder that has not renewed for this long stops; default two thirds of the duration. */
  readonly renewDeadline?: Duration;
  readonly labels?: Readonly<Record<string, string>>;
  readonly random?: Random;
  readonly log?: Log;
  readonly metrics?: KubeMetrics;
  readonly onAcquired?: () => void;
  /** Called once for each loss, before anyone else can hold it. An orderly stop is no loss. */
  readonly onLost?: () => void;
  /** Called when somebody else is seen to hold it who was not seen before. */
  readonly onOther?: (holder: string) => void;
  /** Told each version of the lease that the API server answered. */
  readonly onAnswer?: (lease: LeaseObject) => void;
}

/** The lease is somebody else's; `freeIn` is the earliest time at which it may run out. */
export interface HeldByOther {
  readonly kind: "heldByOther";
  readonly holder: string;
  readonly freeIn: Duration;
}

const DURATION = seconds(15);
/** How often one who waits looks: below a second, so that taking over needs at most the lease's duration and a second. */
const LOOK_EVERY = milliseconds(800);
const [RENEWALS, LEAST_GAP, RELEASE_ATTEMPTS] = [5, milliseconds(200), 3];

/** A lock in the API server, for electing a leader and for stacks. Act only while `isHeld`; ask it before each effect. */
export class LeaseLock {
  readonly #options: LeaseOptions;
  readonly #duration: Duration;
  readonly #hold: HoldTime;
  readonly #watch: LeaseWatch;
  readonly #stop = new AbortController();
  #lease: LeaseObject | undefined;
  #told = false;
  /** The last other holder that was told. */
  #other = "";
  /** A write was sent, so the API server may think that we hold it, whatever we know. */
  #wrote = false;
  #alarm: Cancel | undefined;
  #loop: Promise<void> | undefined;

  constructor(options: LeaseOptions) {
    this.#options = options;
    this.#duration = options.duration ?? DURATION;
    const deadline = options.renewDeadline ?? milliseconds((this.#duration * 2) / 3);
    if (this.#duration < 1_000) throw new RangeError("a lease lasts at least one second");
    if (deadline >= this.#duration)
      throw new RangeError("renewDeadline must be shorter than the lease's duration");
    this.#hold = new HoldTime(options.clock, deadline);
    this.#watch = new LeaseWatch(() => options.clock.monotonic());
  }

  /** False before anyone else can hold it, also when the API server is silent or this process was suspended. */
  get isHeld(): boolean {
    return this.#hold.rest > 0;
  }

  /** How long it may be relied on without another renewal; 0 when not held. */
  get remaining(): Duration {
    return this.#hold.rest;
  }

  /** Who holds it as far as was last seen; empty when nobody does. */
  get holder(): string {
    return this.#lease ? holderOf(this.#lease) : "";
  }

  /** Tries to get it and keeps it from then on, until `stop`. */
  start(): void {
    if (!this.#stop.signal.aborted) this.#loop ??= this.#run();
  }

  /** One try to take or renew it. */
  async tryAcquire(): Promise<Result<void, KubeError | HeldByOther>> {
    const { client, clock, namespace, name } = this.#options;
    if (!this.isHeld) this.#lose("the lease was not renewed in time");
    const read = await client.get(LEASES, { namespace, name }, this.#limits());
    if (!read.ok) return read.error.kind === "notFound" ? this.#create() : read;
    this.#know(read.value);
    const freeIn = this.#watch.heldFor(read.value, this.#duration);
    const holder = holderOf(read.value);
    if (holder !== this.#options.identity) {
      this.#lose("the lease is somebody else's");
      if (holder !== "" && holder !== this.#other) this.#options.onOther?.(holder);
      this.#other = holder;
      if (freeIn > 0) return err({ kind: "heldByOther", holder, freeIn });
    }
    const sent = this.#hold.mark();
    this.#wrote = true;
    const write = { identity: this.#options.identity, duration: this.#duration, now: clock.now() };
    const wrote = await client.replace(LEASES, renderHold(read.value, write), this.#limits());
    return wrote.ok ? this.#won(wrote.value, sent) : wrote;
  }

  /** Waits until it is held. @returns false when `deadline` or `signal` came first; the lock goes on trying until `stop` */
  async acquire(deadline: Duration, signal?: AbortSignal): Promise<boolean> {
    const { clock } = this.#options;
    const end = clock.monotonic() + deadline;
    this.start();
    while (!this.isHeld) {
      const rest = end - clock.monotonic();
      if (rest <= 0 || this.#stop.signal.aborted) return false;
      if (!(await sleep(clock, milliseconds(Math.min(rest, 50)), signal))) return this.isHeld;
    }
    return true;
  }

  /**
   * Gives it up in order, so that the next one starts at once. `isHeld` is false from the call on. `remove`: nobody is
   * expected to want it again, so the object goes; whoever does want it makes a new one.
   */
  async stop({ remove = false }: { readonly remove?: boolean } = {}): Promise<void> {
    this.#hold.end();
    this.#alarm?.();
    if (this.#told) (this.#options.metrics ?? noMetrics).leaseHeld(this.#options.name, false);
    this.#told = false;
    this.#stop.abort();
    await this.#loop;
    if (this.#wrote) await this.#release(remove);
    this.#wrote = false;
  }

  async #run(): Promise<void> {
    const { clock, log = silentLog, name } = this.#options;
    const { signal } = this.#stop;
    while (!signal.aborted) {
      const outcome = await this.tryAcquire();
      if (signal.aborted) return;
      if (!outcome.ok && outcome.error.kind !== "heldByOther") {
        const { kind, message } = outcome.error;
        log.warn({ lease: name, kind, detail: message }, "a lease could not be read or written");
      }
      await sleep(clock, this.#pause(outcome), signal);
    }
  }

  #pause(outcome: Result<void, KubeError | HeldByOther>): Duration {
    const { random = Math.random } = this.#options;
    const jittered = (wait: number): Duration => milliseconds(wait * (0.75 + 0.25 * random()));
    if (outcome.ok) return jittered(Math.max(LEAST_GAP, this.#hold.deadline / RENEWALS));
    if (outcome.error.kind === "heldByOther")
      return milliseconds(Math.min(jittered(LOOK_EVERY), outcome.error.freeIn));
    return jittered(Math.max(LEAST_GAP, Math.min(LOOK_EVERY, this.#hold.deadline / RENEWALS)));
  }

  async #create(): Promise<Result<void, KubeError | HeldByOther>> {
    const { client, clock, namespace, name, identity, labels } = this.#options;
    this.#lose("the lease was deleted");
    const sent = this.#hold.mark();
    this.#wrote = true;
    const first = renderFirst({ namespace, name }, { identity, duration: this.#duration, now: clock.now() });
    const lease = labels ? { ...first, metadata: { ...first.metadata, labels } } : first;
    const made = await client.create(LEASES, lease, this.#limits());
    return made.ok ? this.#won(made.value, sent) : made;
  }

  #won(lease: LeaseObject, sent: ReturnType<HoldTime["mark"]>): Result<void, never> {
    if (this.#stop.signal.aborted) return ok(undefined);
    if (!this.isHeld) this.#lose("the lease was not renewed in time");
    this.#know(lease);
    this.#watch.heldFor(lease, this.#duration);
    this.#hold.renewed(sent);
    this.#alarm?.();
    this.#alarm = this.#options.clock.after(this.#hold.rest, () => this.#ring());
    if (!this.#told && this.isHeld) {
      this.#told = true;
      (this.#options.metrics ?? noMetrics).leaseHeld(this.#options.name, true);
      this.#options.onAcquired?.();
    }
    return ok(undefined);
  }

  #know(lease: LeaseObject): void {
    this.#lease = lease;
    this.#options.onAnswer?.(lease);
  }

  #ring(): void {
    if (this.#hold.rest > 0) this.#alarm = this.#options.clock.after(this.#hold.rest, () => this.#ring());
    else this.#lose("the lease could not be renewed in time");
  }

  #lose(why: string): void {
    this.#hold.end();
    this.#alarm?.();
    if (!this.#told) return;
    this.#told = false;
    const { log = silentLog, metrics = noMetrics, name } = this.#options;
    metrics.leaseHeld(name, false);
    log.error({ lease: name, holder: this.holder }, why);
    this.#options.onLost?.();
  }

  /** Several requests fit into the renew deadline, so that one which hangs does not cost the lease. */
  #limits(): { readonly deadline: Duration; readonly signal: AbortSignal } {
    return { deadline: this.#requestDeadline, signal: this.#stop.signal };
  }

  get #requestDeadline(): Duration {
    return milliseconds(Math.max(LEAST_GAP, this.#hold.deadline / 3));
  }

  /** Reads first: a write given up by `stop` may have been stored all the same. */
  async #release(remove: boolean): Promise<void> {
    const { client, clock, identity, log = silentLog, namespace, name } = this.#options;
    const limits = { deadline: this.#requestDeadline };
    for (let attempt = 0; attempt < RELEASE_ATTEMPTS; attempt++) {
      const read = await client.get(LEASES, { namespace, name }, limits);
      if (read.ok ? holderOf(read.value) !== identity : read.error.kind === "notFound") return;
      if (!read.ok) break;
      const { uid, resourceVersion } = read.value.metadata;
      const released = remove
        ? await client.delete(LEASES, { namespace, name }, { ...limits, uid, resourceVersion })
        : await client.replace(LEASES, renderReleased(read.value, clock.now()), limits);
      if (released.ok) return;
      if (released.error.kind !== "conflict") break;
    }
    log.warn({ lease: name }, "a lease was not released and has to run out");
  }
}
