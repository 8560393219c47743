/** Stack operations that take their time, fail as the scenario says, and are forgotten when the process dies. */
import { milliseconds } from "../../../src/base/duration.ts";
import type { StackChanges, StackDetail } from "../../../src/core/plan/stack.ts";
import type { ProgramInfo, StackOutcome, StackRequest, Stacks } from "../../../src/ports/stacks.ts";
import { Crash, type Requests } from "./requests.ts";
import { type Restore, saveFields, saveMap, together } from "./restore.ts";
import type { StackResult } from "./scenario.ts";
import type { SharedPart, SharedTask } from "./shared.ts";
import type { Simulation } from "./simulation.ts";

interface Operation {
  readonly request: StackRequest;
  outcome: StackOutcome;
  cancelled: boolean;
}

export interface StacksOptions {
  readonly sim: Simulation;
  /** Milliseconds that an operation takes. */
  readonly duration: () => number;
  /** Milliseconds that it waits for its turn before that. */
  readonly turn: () => number;
  readonly requests: Requests;
  /** What the operation does to the world. */
  readonly effect: (request: StackRequest) => void;
  readonly onEnsure: (request: StackRequest) => void;
  readonly programDigest: () => string;
  /** What slots share; undefined where the program has no such part. */
  readonly shared: SharedPart | undefined;
}

const RETRY = { conflict: "later", timeout: "soon", unreachable: "soon", invalid: "never" } as const;
const CHANGES = { created: 1, updated: 0, replaced: 0, deleted: 0, same: 0 };

/** Shared by all processes: results are used up in the order of the operations. */
export class Results {
  readonly #list: readonly StackResult[];
  #next = 0;
  /** Operations that ended. */
  taken = 0;
  /** Result of the next operation that ends, whatever the list says. */
  forced: StackResult | undefined;
  /** Before that, all operations go well. */
  armed = false;

  constructor(list: readonly StackResult[]) {
    this.#list = list;
  }

  take(): StackResult {
    this.taken++;
    if (!this.armed) return "ok";
    const { forced } = this;
    this.forced = undefined;
    if (forced !== undefined) return forced;
    return this.#list[this.#next++] ?? "ok";
  }

  save(): Restore {
    const next = this.#next;
    const putBack = () => {
      this.#next = next;
    };
    return together([saveFields(this, ["armed", "forced"]), putBack]);
  }
}

/** The operations of one process. */
export class SimStacks implements Stacks {
  readonly #options: StacksOptions;
  readonly #results: Results;
  readonly #operations = new Map<string, Operation>();
  readonly #tails = new Map<string, number>();
  readonly #listeners: ((key: string) => void)[] = [];
  #isDead = false;

  constructor(options: StacksOptions, results: Results) {
    this.#options = options;
    this.#results = results;
  }

  ensure(request: StackRequest): StackOutcome {
    const { sim, duration, turn, requests } = this.#options;
    if (requests.isDead) throw new Crash("ensure");
    const known = this.#operations.get(request.key);
    if (known !== undefined) return known.outcome;
    this.#options.onEnsure(request);
    const operation: Operation = { request, outcome: { state: "running" }, cancelled: false };
    this.#operations.set(request.key, operation);
    const wait = turn();
    const start = Math.max(sim.now(), this.#tails.get(request.stack) ?? 0) + wait;
    const end = start + duration();
    this.#tails.set(request.stack, end);
    sim.tell(`stack ${request.operation} ${request.stack} begins as ${request.key}`);
    if (wait > 0) {
      operation.outcome = { state: "running", waits: "waits for its turn" };
      sim.after(start - sim.now(), ["begins", request.key], () => this.#begin(operation));
    }
    sim.after(end - sim.now(), ["ends", request.key], () => this.#end(operation));
    return operation.outcome;
  }

  #begin(operation: Operation): void {
    if (this.#isDead || operation.cancelled) return;
    operation.outcome = { state: "running" };
    for (const listener of this.#listeners) listener(operation.request.key);
  }

  #end(operation: Operation): void {
    if (this.#isDead) return;
    const { request } = operation;
    const result = operation.cancelled ? "cancelled" : this.#results.take();
    const { task } = request;
    const { shared } = this.#options;
    if (task.kind === "shared" && shared !== undefined && request.operation === "apply")
      if (shared.isWithheld(task) && result === "ok") {
        operation.outcome = { state: "withheld", details: shared.look(task) };
        this.#settled(request, "withheld");
        return;
      }
    const seen = task.kind === "shared" && shared !== undefined ? seenOf(shared, task) : {};
    const worked = result === "ok" || result === "halfDone";
    if (worked) this.#options.effect(request);
    const outcome = outcomeOf(result, this.#options.duration());
    operation.outcome = outcome.state === "succeeded" ? { ...outcome, ...seen } : outcome;
    this.#settled(request, result);
  }

  #settled({ key }: StackRequest, result: string): void {
    this.#options.sim.tell(`stack ${key} ends: ${result}`);
    for (const listener of this.#listeners) listener(key);
  }

  /** What is known of operations, as data. */
  get view(): readonly unknown[] {
    return [...this.#operations].map(([key, { outcome, cancelled }]) => [key, outcome.state, cancelled]);
  }

  save(): Restore {
    const operations = [...this.#operations.values()].map((o) => saveFields(o, ["outcome", "cancelled"]));
    const isDead = this.#isDead;
    const putBack = () => {
      this.#isDead = isDead;
    };
    return together([saveMap(this.#operations), ...operations, saveMap(this.#tails), putBack]);
  }

  /** The process dies, its workers with it; one of them may have been through already. */
  die(): void {
    this.#isDead = true;
    for (const { request, outcome } of this.#operations.values())
      if (outcome.state === "running" && request.key.length % 2 === 0) this.#options.effect(request);
  }

  outcome(key: string): StackOutcome | undefined {
    return this.#operations.get(key)?.outcome;
  }

  cancel(key: string): void {
    const operation = this.#operations.get(key);
    if (operation !== undefined) operation.cancelled = true;
  }

  async program(name: string): Promise<ProgramInfo> {
    const digest = this.#options.programDigest();
    const shared = this.#options.shared === undefined ? {} : { shared: true };
    return { ok: true, name, digest, ports: [{ name: "http", port: 8080 }], ...shared };
  }

  onSettled(listener: (key: string) => void): void {
    this.#listeners.push(listener);
  }

  async close(): Promise<void> {}
}

/** What an operation on the shared part tells besides its success: what it found to do, and what the part gives out. */
function seenOf(shared: SharedPart, task: SharedTask) {
  const details = shared.look(task);
  const count = (operation: StackDetail["operation"]): number =>
    details.filter((d) => d.operation === operation).length;
  const changes: StackChanges = {
    ...{ created: count("create"), updated: count("update"), replaced: count("replace") },
    ...{ deleted: count("delete"), same: count("same") },
  };
  return { details, changes, outputs: shared.outputs(task) };
}

function outcomeOf(result: StackResult | "cancelled", took: number): StackOutcome {
  if (result === "ok") return { state: "succeeded", changes: CHANGES, took: milliseconds(took) };
  if (result === "cancelled")
    return { state: "failed", class: "cancelled", message: "it was cancelled", retry: "never" };
  const kind = result === "halfDone" ? "timeout" : result;
  return { state: "failed", class: kind, message: `simulated ${result}`, retry: RETRY[kind] };
}
