/** Brings a stack's state to the operation and back. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { milliseconds } from "../../base/duration.ts";
import { sleep } from "../../kube/sleep.ts";
import { type Log, silentLog } from "../../ports/log.ts";
import type { StackRequest } from "../../ports/stacks.ts";
import { stateFolder } from "../environment.ts";
import { StackFailure } from "../errors.ts";
import type { StackLease } from "../lease.ts";
import type { JobResult } from "../messages.ts";
import { pulumiStackName } from "../names.ts";
import type { StackRunnerOptions } from "../runner-options.ts";
import { Keeper } from "./keeper.ts";
import type { StackStates, StateSession } from "./stack-states.ts";
import { StateFolder } from "./state-folder.ts";

/** Where an operation finds the stack's state. */
export interface StatePlace {
  /** Backend of this operation; the worker's own without it. */
  readonly backend?: string;
  /** Folder of the state, for a `file://` backend. */
  readonly stateDir?: string;
  /** The operation before did not end as it should. */
  readonly interrupted: boolean;
}

type Run = (place: StatePlace, lease: Pick<StackLease, "remaining" | "lost">) => Promise<JobResult>;
type Options = StackRunnerOptions & { readonly log?: Log };

const PAUSE = milliseconds(500);
const ATTEMPTS = 20;

/** Runs an operation with its stack's state at hand. When it returns, the state is kept. @throws StackFailure, and what `run` throws */
export async function withState(
  options: Options,
  request: StackRequest,
  lease: StackLease,
  run: Run,
): Promise<JobResult> {
  const { states, paths } = options;
  if (states === undefined) {
    const stateDir = stateFolder(paths);
    return run({ ...(stateDir === undefined ? {} : { stateDir }), interrupted: false }, lease);
  }
  const stack = pulumiStackName(request.stack);
  const folder = new StateFolder(paths.home, stack);
  // It holds the salt of a state that another controller may have made anew since; the state has its own.
  await rm(join(paths.home, "work", stack), { recursive: true, force: true });
  if (request.operation === "preview") {
    await folder.fill(await states.read(request.stack));
    return run({ backend: folder.url, stateDir: folder.path, interrupted: false }, lease);
  }
  return new Kept(options, request, lease, folder).run(states, run);
}

/** An operation that may change the state. */
class Kept {
  readonly #options: Options;
  readonly #request: StackRequest;
  readonly #lease: StackLease;
  readonly #folder: StateFolder;

  constructor(options: Options, request: StackRequest, lease: StackLease, folder: StateFolder) {
    this.#options = options;
    this.#request = request;
    this.#lease = lease;
    this.#folder = folder;
  }

  async run(states: StackStates, run: Run): Promise<JobResult> {
    const { clock, log = silentLog } = this.#options;
    const [folder, lease, { stack }] = [this.#folder, this.#lease, this.#request];
    const session = await states.open(stack);
    const keeper = new Keeper({ clock, log, stack, session, folder, lease });
    let result: JobResult | undefined;
    try {
      await folder.fill(session.checkpoint);
      await keeper.start();
      const place = { backend: folder.url, stateDir: folder.path, interrupted: session.interrupted };
      const lost = AbortSignal.any([lease.lost, keeper.lost]);
      result = await run(place, {
        get remaining() {
          return lease.remaining;
        },
        lost,
      });
    } catch (error) {
      await this.#give(session, keeper, undefined);
      throw keeper.lost.aborted ? keeper.lost.reason : error;
    }
    await this.#give(session, keeper, result);
    return result;
  }

  /** Puts the state back, whatever became of the operation. The worker is done with it, or dead. */
  async #give(session: StateSession, keeper: Keeper, result: JobResult | undefined): Promise<void> {
    await keeper.stop();
    if (keeper.lost.aborted) return;
    const { operation } = this.#request;
    if (result?.ok && operation === "destroy") {
      await this.#insist(() => session.remove());
      await this.#folder.remove();
      return;
    }
    const left = await this.#folder.read();
    const isAsBefore = !keeper.hasStored && isSame(left, session.checkpoint);
    const isWhole = result?.ok === true && left !== undefined;
    const clean = isWhole || (isAsBefore && !session.interrupted);
    // What was there stays when nothing whole is left: the folder could not be filled, or a destroy got half way.
    const checkpoint = left ?? session.checkpoint;
    await this.#insist(() => session.end({ checkpoint, clean }));
    if (result?.ok && left === undefined)
      throw new StackFailure(
        "bug",
        `${operation} of stack ${this.#request.stack} left no state that is whole`,
        {
          retry: "soon",
        },
      );
  }

  /** As long as the Lease is held: an API server that is away for a moment must not cost what was done. */
  async #insist(write: () => Promise<void>): Promise<void> {
    const { clock } = this.#options;
    for (let attempt = 1; ; attempt++) {
      if (this.#lease.remaining <= 0)
        throw new StackFailure(
          "unreachable",
          `the Lease of stack ${this.#request.stack} was lost before its state was stored`,
        );
      try {
        return await write();
      } catch (error) {
        if (!(error instanceof StackFailure) || error.class !== "unreachable" || attempt >= ATTEMPTS)
          throw error;
        await sleep(clock, PAUSE, this.#lease.lost);
      }
    }
  }
}

const isSame = (a: Buffer | undefined, b: Buffer | undefined): boolean =>
  a === undefined || b === undefined ? a === b : a.equals(b);
