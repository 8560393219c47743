import { type Duration, milliseconds } from "../base/duration.ts";
import type { Clock } from "../ports/clock.ts";
import type { Log } from "../ports/log.ts";
import { sleep } from "./sleep.ts";
import { WriteEcho, type WriteEchoOptions } from "./write-echo.ts";

/** What the group needs of a reflector, whatever its objects are. */
export interface Member {
  readonly name: string;
  readonly synced: boolean;
  readonly silence: Duration;
  start(): void;
  /** Begins again what has given no sign for longer: for who knows that something should have come. */
  renew(silent: Duration): void;
  stop(): Promise<void>;
}

const LOOK_EVERY = milliseconds(50);

/** The reflectors that a process depends on. Nobody acts on a part of the picture: work starts when all have listed once. */
export class ReflectorGroup {
  readonly #members: Member[];
  readonly #clock: Clock;
  readonly #echoes: WriteEcho[] = [];

  constructor(members: readonly Member[], clock: Clock) {
    this.#members = [...members];
    this.#clock = clock;
  }

  /** One more, before the start. */
  add(member: Member): void {
    this.#members.push(member);
  }

  start(): void {
    for (const member of this.#members) member.start();
  }

  /** Names of those that have not listed yet. */
  get unsynced(): readonly string[] {
    return this.#members.filter((member) => !member.synced).map((member) => member.name);
  }

  /** Names of those that have been silent for longer; readiness is false while there are any. */
  silentFor(limit: Duration): readonly string[] {
    return this.#members.filter((member) => member.silence > limit).map((member) => member.name);
  }

  /** Whether the data is complete and fresh. */
  isReady(limit: Duration): boolean {
    return this.unsynced.length === 0 && this.silentFor(limit).length === 0;
  }

  /** Waits until all have listed once. @returns false when `deadline` or `signal` came first */
  async whenSynced(deadline: Duration, signal?: AbortSignal): Promise<boolean> {
    const end = this.#clock.monotonic() + deadline;
    while (this.unsynced.length > 0) {
      if (this.#clock.monotonic() >= end || !(await sleep(this.#clock, LOOK_EVERY, signal)))
        return this.unsynced.length === 0;
    }
    return true;
  }

  /**
   * Holds what is written against what a member shows. When that lacks it, all members that are silent are begun again:
   * what makes one connection deaf makes others deaf.
   */
  echo(shown: WriteEchoOptions["shown"], log?: Log): WriteEcho {
    const renew = (silent: Duration): void => {
      for (const member of this.#members) member.renew(silent);
    };
    const echo = new WriteEcho({ clock: this.#clock, ...(log === undefined ? {} : { log }), shown, renew });
    this.#echoes.push(echo);
    return echo;
  }

  async stop(): Promise<void> {
    for (const echo of this.#echoes) echo.stop();
    await Promise.all(this.#members.map((member) => member.stop()));
  }
}
