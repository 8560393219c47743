import type { IncomingMessage, ServerResponse } from "node:http";
import { LineDecoder } from "../../../src/kube/line-decoder.ts";
import type { Asked } from "./asked.ts";
import type { ActiveRule } from "./faults.ts";

/** Most that a stalled watch keeps for later. */
const MOST_HELD = 16 * 1024 * 1024;

/** A watch that passes through, line by line, so that faults can meet it while it is open. */
export class OpenWatch {
  readonly asked: Asked;
  readonly #client: ServerResponse;
  readonly #server: IncomingMessage;
  readonly #timers = new Set<NodeJS.Timeout>();
  /** What may not pass now, oldest first; undefined while everything passes. */
  #held: string[] | undefined;
  #heldBytes = 0;
  #deaf = false;
  readonly #filters = new Set<ActiveRule>();

  constructor(asked: Asked, client: ServerResponse, server: IncomingMessage) {
    this.asked = asked;
    this.#client = client;
    this.#server = server;
  }

  /** Passes everything on until one of both ends goes away, or a fault ends it. */
  async run(): Promise<void> {
    const decoder = new LineDecoder();
    const gone = (): void => void this.#server.destroy();
    this.#client.once("close", gone);
    try {
      for await (const chunk of this.#server)
        for (const line of decoder.push(chunk as Uint8Array)) this.#take(line);
      // What was not let through is not let go of either: a silent connection does not end.
      if (!this.#deaf && this.#held === undefined) this.#client.end();
    } catch {
      if (!this.#deaf && this.#held === undefined) this.#client.destroy();
    } finally {
      for (const timer of this.#timers) clearTimeout(timer);
    }
  }

  /** Has a fault meet this watch from now on. */
  meet(active: ActiveRule): void {
    const { fault } = active;
    switch (fault.kind) {
      case "closeWatch":
        this.#later(fault.after, active, () => this.#client.end());
        return;
      case "goneWatch":
        active.hits += 1;
        this.#client.end(`${JSON.stringify({ type: "ERROR", object: GONE })}\n`);
        return;
      case "deafWatch":
        active.hits += 1;
        this.#deaf = true;
        return;
      case "hang":
        this.#hold(active);
        return;
      case "dropBookmarks":
        this.#filters.add(active);
        return;
      default:
    }
  }

  #later(ms: number, active: ActiveRule, act: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      if (active.over || this.#client.closed) return;
      active.hits += 1;
      act();
    }, ms);
    this.#timers.add(timer);
  }

  #hold(active: ActiveRule): void {
    active.hits += 1;
    this.#held ??= [];
    void active.lifted.then(() => {
      const held = this.#held ?? [];
      this.#held = undefined;
      for (const line of held) this.#take(line);
      if (this.#server.closed) this.#client.destroy();
    });
  }

  #take(line: string): void {
    if (this.#deaf || this.#client.closed || this.#client.writableEnded) return;
    if (this.#held !== undefined) {
      this.#heldBytes += line.length;
      if (this.#heldBytes > MOST_HELD) this.#client.destroy();
      else this.#held.push(line);
      return;
    }
    for (const filter of this.#filters)
      if (!filter.over && line.startsWith('{"type":"BOOKMARK"')) {
        filter.hits += 1;
        return;
      }
    this.#client.write(`${line}\n`);
  }
}

const GONE = {
  kind: "Status",
  apiVersion: "v1",
  metadata: {},
  status: "Failure",
  message: "too old resource version: injected",
  reason: "Expired",
  code: 410,
};
