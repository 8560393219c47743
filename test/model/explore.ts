/**
 * Explores a small world breadth-first: from each state every move that the budget allows, each law looked at in every
 * step, equal states once. The controller in it is the real one, over the simulated cluster of the property tests.
 */
import { setImmediate } from "node:timers/promises";
import type { decide } from "../../src/core/plan/decide.ts";
import { SimWorld } from "../property/world/begin.ts";
import { endOf, judgeEnd, remedyFor } from "../property/world/judge-end.ts";
import { LawBroken } from "../property/world/laws/law.ts";
import type { Restore } from "../property/world/restore.ts";
import type { Scenario } from "../property/world/scenario.ts";
import { findCycle, REST } from "./liveness.ts";
import { commandMoves, costOf, type Doings, faultMoves, GO, type Move, makeMove, REMEDY } from "./moves.ts";
import { stateKey } from "./state-key.ts";

export interface Budget {
  readonly faults: number;
  readonly commands: number;
  /** Of both together. */
  readonly both: number;
}

export interface ExploreOptions {
  readonly budget: Budget;
  /** States at most; more are not looked at, and the answer says so. */
  readonly mostStates: number;
  /** Another than the real one, to see whether it is found out. */
  readonly decides?: typeof decide;
  readonly onProgress?: (progress: Progress) => void;
}

export interface Progress {
  readonly states: number;
  readonly moves: number;
  readonly depth: number;
  /** States that are known and not yet expanded. */
  readonly open: number;
}

export interface Counterexample {
  readonly law: string;
  readonly path: readonly Move[];
}

export interface Exploration extends Progress {
  /** Different ways in which the world came to rest. */
  readonly ends: number;
  /** False when the bound of states was hit. */
  readonly isExhaustive: boolean;
  readonly counterexample?: Counterexample;
}

/** Time after which a world that is still not at rest never will be. */
const NEVER_MS = 12 * 3_600_000;
/** How often in a run a person does what the conditions ask for. */
const MOST_REMEDIES = 4;
/** Of so many observations one is decided on again; that decide is pure, random worlds show as well. */
const PURE_EVERY = 50;

interface Node {
  readonly id: number;
  readonly restore: Restore;
  readonly faults: number;
  readonly commands: number;
  readonly remedies: number;
}

type Spent = Pick<Node, "id" | "faults" | "commands">;

export async function explore(scenario: Scenario, options: ExploreOptions): Promise<Exploration> {
  const world = new SimWorld(scenario, {
    pureEvery: PURE_EVERY,
    ...(options.decides === undefined ? {} : { decides: options.decides }),
  });
  await world.begin();
  return new Explorer(world, options).run();
}

class Explorer {
  readonly #world: SimWorld;
  readonly #options: ExploreOptions;
  readonly #seen = new Map<string, Spent[]>();
  /** Of each state the one before, and the move that led to it. */
  readonly #before: number[] = [];
  readonly #moves: Move[] = [];
  /** Of each state the one that follows when nothing goes wrong any more. */
  readonly #next: number[] = [];
  #open: Node[] = [];
  #count = 0;
  #depth = 0;
  #ends = 0;
  #isFull = false;

  constructor(world: SimWorld, options: ExploreOptions) {
    this.#world = world;
    this.#options = options;
  }

  async run(): Promise<Exploration> {
    this.#reach({ id: -1, restore: () => {}, faults: 0, commands: 0, remedies: 0 }, GO);
    try {
      while (this.#open.length > 0) {
        const layer = this.#open;
        this.#open = [];
        for (const node of layer) await this.#expand(node);
        this.#depth++;
      }
    } catch (error) {
      if (!(error instanceof Found)) throw error;
      return { ...this.#answer(), counterexample: error.counterexample };
    }
    const cycle = this.#isFull ? undefined : findCycle(this.#next);
    if (cycle === undefined) return this.#answer();
    const law = "end: from here on the same states follow each other for ever";
    return { ...this.#answer(), counterexample: { law, path: this.#pathTo(cycle) } };
  }

  #answer(): Exploration {
    return { ...this.#progress(), ends: this.#ends, isExhaustive: !this.#isFull };
  }

  #progress(): Progress {
    const { length: states } = this.#before;
    return { states, moves: this.#count, depth: this.#depth, open: this.#open.length };
  }

  async #expand(node: Node): Promise<void> {
    const { sim } = this.#world;
    node.restore();
    let doings: Doings | undefined;
    if (sim.isIdle) this.#atRest(node);
    else doings = await this.#try(node, GO);
    for (const move of this.#allowed(node, doings)) await this.#try(node, move);
  }

  /** Nothing will happen any more: all is well, or it is a person's turn. */
  #atRest(node: Node): void {
    const { court } = this.#world;
    const remedy = node.remedies < MOST_REMEDIES ? remedyFor(court) : undefined;
    if (remedy !== undefined) {
      this.#world.people.do(remedy);
      this.#next[node.id] = this.#reach({ ...node, remedies: node.remedies + 1 }, REMEDY);
      return;
    }
    this.#judge(node, undefined, () => judgeEnd(endOf(this.#world, []), court));
    this.#next[node.id] = REST;
    this.#ends++;
  }

  #allowed({ faults, commands }: Node, doings: Doings | undefined): readonly Move[] {
    const { budget } = this.#options;
    if (faults + commands >= budget.both) return [];
    return [
      ...(commands < budget.commands ? commandMoves : []),
      ...(faults < budget.faults
        ? faultMoves(doings ?? { requests: 0, stackEnded: false, checkEnded: false })
        : []),
    ];
  }

  async #try(node: Node, move: Move): Promise<Doings | undefined> {
    const { sim, controller, cluster } = this.#world;
    node.restore();
    sim.timeline.length = 0;
    const process = controller.isAlive;
    let doings: Doings | undefined;
    try {
      doings = await makeMove(this.#world, move);
    } catch (error) {
      throw new Found(error, [...this.#pathTo(node.id), move]);
    }
    this.#count++;
    // What a process that died had begun must not go on in another state.
    if (process && !controller.isAlive) await setImmediate();
    const tooLong = sim.age - (cluster.epoch ?? 0) > NEVER_MS;
    this.#judge(node, move, () => {
      if (tooLong) throw new LawBroken("end", "the world does not come to rest");
    });
    const cost = costOf(move);
    const after = this.#reach(
      {
        ...node,
        faults: node.faults + (cost === "fault" ? 1 : 0),
        commands: node.commands + (cost === "command" ? 1 : 0),
      },
      move,
    );
    if (move === GO) this.#next[node.id] = after;
    if (this.#count % 500 === 0) this.#options.onProgress?.(this.#progress());
    return doings;
  }

  #judge(node: Node, move: Move | undefined, judge: () => void): void {
    try {
      judge();
    } catch (error) {
      throw new Found(error, [...this.#pathTo(node.id), ...(move === undefined ? [] : [move])]);
    }
  }

  /** Takes the world's present state for one more to be expanded, unless it is known with no more spent. */
  #reach(from: Node, move: Move): number {
    const key = stateKey(this.#world);
    const known = this.#seen.get(key) ?? [];
    const same = known.find((s) => s.faults <= from.faults && s.commands <= from.commands);
    if (same !== undefined) return same.id;
    const id = this.#before.length;
    if (id >= this.#options.mostStates) {
      this.#isFull = true;
      return REST;
    }
    this.#before.push(from.id);
    this.#moves.push(move);
    this.#seen.set(key, [...known, { id, faults: from.faults, commands: from.commands }]);
    this.#open.push({ ...from, id, restore: this.#world.save() });
    return id;
  }

  /** The root is reached by no move. */
  #pathTo(id: number): readonly Move[] {
    const path: Move[] = [];
    for (let at = id; (this.#before[at] ?? -1) >= 0; at = this.#before[at] as number)
      path.push(this.#moves[at] as Move);
    return path.reverse();
  }
}

/** Ends the exploration. */
class Found extends Error {
  readonly counterexample: Counterexample;

  constructor(cause: unknown, path: readonly Move[]) {
    const law = cause instanceof Error ? cause.message : String(cause);
    super(law, { cause });
    this.name = "Found";
    this.counterexample = { law, path };
  }
}
