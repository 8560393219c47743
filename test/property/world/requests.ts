/** The way from the controller to the API server: where its requests, or the controller itself, come to grief. */
import { err, type Result } from "../../../src/base/result.ts";
import { type Restore, saveFields, together } from "./restore.ts";
import type { Fault, FaultKind } from "./scenario.ts";
import type { Simulation } from "./simulation.ts";

/** The process died. Not an error that the product could handle: nothing of it runs on. */
export class Crash extends Error {
  constructor(where: string) {
    super(`crashed at ${where}`);
    this.name = "Crash";
  }
}

/** Time after which a request of a dead process takes effect. */
const LATE_MS = 20_000;

/** Counts the controller's requests and lets the scenario's faults happen to them. */
export class Requests {
  readonly #sim: Simulation;
  #faults: ReadonlyMap<number, FaultKind>;
  /** Requests so far. */
  count = 0;
  /** The present process is dead: none of its requests leaves any more. */
  isDead = false;
  calm = false;

  constructor(sim: Simulation, faults: readonly Fault[]) {
    this.#sim = sim;
    this.#faults = new Map(faults.map((f) => [f.request, f.kind]));
  }

  /** Sends one request. `effect` is what the API server does with it. */
  async send<T, E extends { readonly kind: string; readonly message: string }>(
    what: string,
    effect: () => Result<T, E>,
  ): Promise<Result<T, E>> {
    this.#mustLive(what);
    const fault = this.calm ? undefined : this.#faults.get(this.count);
    const number = this.count++;
    if (fault !== undefined) this.#sim.tell(`request ${number} (${what}) meets the fault ${fault}`);
    const failure = (kind: string): Result<never, E> => err({ kind, message: `simulated ${kind}` } as E);
    switch (fault) {
      case undefined:
        break;
      case "conflict":
      case "unreachable":
        return failure(fault);
      case "lostAnswer":
        effect();
        return failure("unreachable");
      case "crashAfter":
        effect();
        throw this.die(what);
      case "crashLate":
        this.#sim.after(LATE_MS, ["late", what], () => {
          this.#sim.tell(`late: ${what}`);
          effect();
        });
        throw this.die(what);
      case "crashBefore":
        throw this.die(what);
    }
    const answer = effect();
    this.#sim.tell(`${what}${answer.ok ? "" : ` -> ${answer.error.kind}: ${answer.error.message}`}`);
    return answer;
  }

  /** One more fault, at the n-th request from now on, counted from 0. */
  arm(nth: number, kind: FaultKind): void {
    this.#faults = new Map([...this.#faults, [this.count + nth, kind]]);
  }

  save(): Restore {
    const faults = this.#faults;
    const putBack = () => {
      this.#faults = faults;
    };
    return together([saveFields(this, ["count", "isDead", "calm"]), putBack]);
  }

  die(what: string): Crash {
    this.isDead = true;
    return new Crash(what);
  }

  #mustLive(what: string): void {
    if (this.isDead) throw new Crash(what);
  }
}
