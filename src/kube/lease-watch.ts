import { type Duration, milliseconds } from "../base/duration.ts";
import { durationOf, holderOf, type LeaseObject } from "./lease-record.ts";

/**
 * Judges by one's own clock whether a lease that somebody else holds has run out: since *we* last saw it change
 * its duration must have passed. The times that its holder wrote are never compared with our clock.
 */
export class LeaseWatch {
  readonly #monotonic: () => Duration;
  #version: string | undefined;
  #changedAt = 0;

  constructor(monotonic: () => Duration) {
    this.#monotonic = monotonic;
  }

  /** Takes in a lease just read. @returns how long it is still held as far as we know; 0: free */
  heldFor(lease: LeaseObject, otherwise: Duration): Duration {
    const version = `${lease.metadata.uid}/${lease.metadata.resourceVersion}`;
    if (version !== this.#version) {
      this.#version = version;
      this.#changedAt = this.#monotonic();
    }
    if (holderOf(lease) === "") return milliseconds(0);
    return milliseconds(Math.max(0, this.#changedAt + durationOf(lease, otherwise) - this.#monotonic()));
  }
}
