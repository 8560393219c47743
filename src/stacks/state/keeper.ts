import { type Duration, milliseconds } from "../../base/duration.ts";
import type { Cancel, Clock } from "../../ports/clock.ts";
import type { Log } from "../../ports/log.ts";
import { StackFailure } from "../errors.ts";
import type { StateSession } from "./stack-states.ts";
import type { StateFolder } from "./state-folder.ts";

export interface KeeperOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly stack: string;
  readonly session: Pick<StateSession, "store">;
  readonly folder: Pick<StateFolder, "read" | "signature">;
  /** How long the stack's Lease may still be relied on; without it nothing is written. */
  readonly lease: { readonly remaining: Duration };
}

/** The checkpoint is looked at this often; what a kill may cost is what Pulumi wrote after the last look. */
const LOOK_EVERY = milliseconds(250);

/** Stores the checkpoint again and again while an operation writes it. */
export class Keeper {
  readonly #options: KeeperOptions;
  readonly #lost = new AbortController();
  #seen = "";
  #cancel: Cancel | undefined;
  #looking: Promise<void> | undefined;
  #stopped = false;
  /** Something was stored, so the operation changed something. */
  hasStored = false;

  constructor(options: KeeperOptions) {
    this.#options = options;
  }

  /** Fires, with a StackFailure, when another operation has the state: this one has to end at once. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  async start(): Promise<void> {
    this.#seen = await this.#options.folder.signature();
    this.#next();
  }

  /** Ends the looking; a store that is under way is waited for. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel?.();
    await this.#looking;
  }

  #next(): void {
    if (this.#stopped) return;
    this.#cancel = this.#options.clock.after(LOOK_EVERY, () => {
      this.#looking = this.#look().finally(() => this.#next());
    });
  }

  async #look(): Promise<void> {
    const { folder, session, lease, log, stack } = this.#options;
    try {
      const signature = await folder.signature();
      if (signature === this.#seen || signature === "" || lease.remaining <= 0) return;
      const checkpoint = await folder.read();
      if (checkpoint === undefined) return;
      await session.store(checkpoint);
      this.hasStored = true;
      this.#seen = signature;
    } catch (error) {
      if (error instanceof StackFailure && error.class === "locked") {
        this.#stopped = true;
        this.#lost.abort(error);
        return;
      }
      // Tried again with the next look, and at the end at the latest.
      log.warn({ stack, detail: String(error) }, "a state could not be stored while its operation runs");
    }
  }
}
