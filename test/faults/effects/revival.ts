import { setTimeout as sleep } from "node:timers/promises";
import type { Lane } from "./lane.ts";

const EVERY_MS = 20;

/** Starts a controller again whenever it has died, as a kubelet would, without waiting for anything else. */
export class Revival {
  readonly #lane: Pick<Lane, "controller">;
  readonly #limit: number;
  #ended = false;
  #deaths = 0;
  #loop: Promise<void> | undefined;
  readonly #failed = Promise.withResolvers<never>();

  /** `limit`: deaths after which it is left dead, because something must be wrong. */
  constructor(lane: Pick<Lane, "controller">, limit: number) {
    this.#lane = lane;
    this.#limit = limit;
  }

  /** Never answers; fails when the controller is left dead. */
  get failed(): Promise<never> {
    return this.#failed.promise;
  }

  start(): void {
    this.#failed.promise.catch(() => undefined);
    this.#loop = this.#run().catch(this.#failed.reject);
  }

  async stop(): Promise<void> {
    this.#ended = true;
    await this.#loop;
  }

  async #run(): Promise<void> {
    while (!this.#ended) {
      if (!this.#lane.controller.running) {
        this.#deaths += 1;
        if (this.#deaths > this.#limit) throw new Error(`the controller died ${this.#deaths} times`);
        await this.#lane.controller.launch();
      }
      await sleep(EVERY_MS);
    }
  }
}
