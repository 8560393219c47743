/** One operation on one stack, in the worker: everything between a job and its result. */
import { mkdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LocalWorkspace, PulumiCommand, Stack } from "@pulumi/pulumi/automation/index.js";
import { changeId, needsApproval, type StackDetail } from "../ports/stacks.ts";
import { openCluster } from "./cluster-access.ts";
import type { StackProgram } from "./contract.ts";
import {
  type CliError,
  isLocked,
  isStackMissing,
  readCliError,
  readFailure,
  readLockHolders,
  StackFailure,
} from "./errors.ts";
import { EventLog } from "./event-log.ts";
import { pruneHistory, removeState } from "./history.ts";
import { findOutdated, removeAll, removeEach, removeUnmade } from "./leftovers.ts";
import { LiveObjects, type ObjectId } from "./live-objects.ts";
import { loadProgram } from "./load-program.ts";
import { mayUnlock, renderHolder } from "./locks.ts";
import type { Job, JobResult } from "./messages.ts";
import { ownerLabels } from "./names.ts";
import { openStack } from "./one-process.ts";
import { OutputReader } from "./outputs.ts";
import { runProgram } from "./run-program.ts";
import { makeScratch, pruneLogs } from "./scratch.ts";

const HISTORY = 20;
const LOGS = 100;
const INTERRUPTED = "the operation before did not end as it should; what stands was read anew";
/** Otherwise new content would mean another object, and each change of a shared ConfigMap a person's approval. */
const MUTABLE = { PULUMI_K8S_ENABLE_CONFIGMAP_MUTABLE: "true", PULUMI_K8S_ENABLE_SECRET_MUTABLE: "true" };

/** Runs a job. Never throws; `signal` ends the CLI in an orderly way. */
export async function operate(job: Job, command: PulumiCommand, signal: AbortSignal): Promise<JobResult> {
  const scratch = await makeScratch(tmpdir());
  const cluster = openCluster(job.kubeconfig);
  try {
    const live = new LiveObjects(cluster, job.task.input.namespace);
    const source = job.task.kind === "entry" ? undefined : job.task.source;
    const program = source && (await loadProgram(source));
    return await new Operation({ job, command, signal, scratch, live, program }).run();
  } catch (error) {
    const failure =
      error instanceof StackFailure ? error : new StackFailure("bug", String(error), { cause: error });
    return { ok: false, class: failure.class, message: failure.message, retry: failure.retry };
  } finally {
    cluster.close();
    // The provider leaves copies of the kubeconfig here.
    await rm(scratch, { recursive: true, force: true });
  }
}

interface Context {
  readonly job: Job;
  readonly command: PulumiCommand;
  readonly signal: AbortSignal;
  readonly scratch: string;
  readonly live: LiveObjects;
  readonly program: StackProgram | undefined;
}

class Operation {
  readonly #context: Context;
  readonly #notes: string[] = [];
  readonly #outputs = new OutputReader();
  #refused: unknown;
  #made: readonly ObjectId[] = [];
  #absent: readonly ObjectId[] = [];
  /** The state does not tell of everything that may be there. */
  #isBlind = false;
  /** What was not done, because somebody has to approve it first. */
  #withheld: readonly StackDetail[] | undefined;

  constructor(context: Context) {
    this.#context = context;
  }

  async run(): Promise<JobResult> {
    const { job, live } = this.#context;
    const opened = await this.#open();
    const owner = ownerLabels(job.task.input.plan, job.part);
    const outdated = await this.#outdated(owner);
    if (job.interrupted && job.operation !== "preview") await this.#lookAnew(opened.stack, INTERRUPTED);
    const log = await this.#recovering(opened, (log) => this.#once(opened.stack, log));
    if (this.#withheld !== undefined) return { ok: true, withheld: this.#withheld, notes: this.#notes };
    let removed = 0;
    if (job.operation === "apply") removed = await this.#remove(outdated);
    if (job.operation === "apply" && job.task.kind === "slot" && this.#isBlind)
      this.#notes.push(...(await removeUnmade(live, owner, this.#made)));
    if (job.operation === "destroy") {
      await opened.workspace.removeStack(job.stack).catch((error: unknown) => this.#ignoreMissing(error));
      this.#notes.push(...(await removeAll(live, owner)));
      await rm(job.workDir, { recursive: true, force: true });
      if (job.stateDir !== undefined) await removeState(job.stateDir, job.stack);
    } else if (job.stateDir !== undefined) await pruneHistory(job.stateDir, job.stack, HISTORY);
    pruneLogs(process.env.PULUMI_HOME ?? "", LOGS);
    const isShared = job.task.kind === "shared";
    const changes = { ...log.changes, deleted: log.changes.deleted + removed };
    return {
      ok: true,
      changes,
      ...(job.operation === "preview" || isShared ? { details: log.details } : {}),
      ...(isShared ? { outputs: await this.#outputs.read() } : {}),
      notes: this.#notes,
    };
  }

  async #open(): Promise<{ readonly stack: Stack; readonly workspace: LocalWorkspace }> {
    const { job, command, scratch, live, program } = this.#context;
    await mkdir(job.workDir, { recursive: true, mode: 0o700 });
    if (job.stateDir !== undefined) await mkdir(job.stateDir, { recursive: true, mode: 0o700 });
    const kubeconfig = join(scratch, "kubeconfig.json");
    await writeFile(kubeconfig, job.kubeconfig, { mode: 0o600 });
    return openStack({
      stack: job.stack,
      workDir: job.workDir,
      secretsProvider: job.secretsProvider,
      command,
      // By file and not as the provider's input: so the token is not in the state, a new one is no difference, and
      // a destroy, which reads the provider from the state, does not use an old one. Being set, it also keeps
      // the provider from falling back to the controller's own service account.
      env: {
        KUBECONFIG: kubeconfig,
        TMPDIR: scratch,
        ...(job.backend === undefined ? {} : { PULUMI_BACKEND_URL: job.backend }),
        ...(job.task.kind === "shared" ? MUTABLE : {}),
      },
      program: async () => {
        try {
          const { outputs, made, absent } = await runProgram(job, program, live);
          this.#made = made;
          this.#absent = absent;
          return this.#outputs.take(outputs);
        } catch (error) {
          this.#refused = error;
          // Not the same error: the SDK writes into the ones that it gets.
          throw new Error(String(error));
        }
      },
    });
  }

  /** Does what is needed before the operation itself can work: makes the stack, removes a dead worker's lock. */
  async #recovering(
    { stack, workspace }: { readonly stack: Stack; readonly workspace: LocalWorkspace },
    attempt: (log: EventLog) => Promise<void>,
  ): Promise<EventLog> {
    const { job } = this.#context;
    const done = { created: false, unlocked: false, lookedAnew: false };
    for (;;) {
      const log = new EventLog();
      try {
        await attempt(log);
        return log;
      } catch (thrown) {
        if (thrown instanceof StackFailure) throw thrown;
        const error = readCliError(thrown);
        if (isStackMissing(error) && !done.created) {
          if (job.operation === "destroy") return log;
          done.created = true;
          this.#isBlind = true;
          await this.#asFailure(log, () => workspace.createStack(job.stack));
        } else if (isLocked(error) && !done.unlocked) {
          done.unlocked = true;
          await this.#unlock(stack, error);
        } else if (this.#failedForAbsent(log) && !done.lookedAnew) {
          done.lookedAnew = true;
          await this.#lookAnew(
            stack,
            "something of the stack was deleted by others; what stands was read anew",
          );
        } else throw this.#failure(log, error);
      }
    }
  }

  async #once(stack: Stack, log: EventLog): Promise<void> {
    const { job, signal } = this.#context;
    signal.throwIfAborted();
    const options = { onEvent: log.take, signal, color: "never" as const, suppressProgress: true };
    const { task } = job;
    if (task.kind === "shared" && job.operation !== "destroy")
      await this.#onceShared(stack, log, task.approved, options);
    // Seldom applied, and also because somebody deleted what the state says is there.
    else if (job.operation === "apply") await stack.up({ ...options, refresh: task.kind === "entry" });
    else if (job.operation === "preview") await stack.preview(options);
    else await stack.destroy(options);
    if (this.#withheld === undefined && !log.isWhole)
      throw new StackFailure("bug", "the Pulumi CLI ended without an error and without having worked", {
        retry: "soon",
      });
  }

  /**
   * Looks before it touches anything, under the same Lease. What stands is read anew: a shared part is applied seldom,
   * and to take a lost database for one that is there would be worse than the time that it takes.
   */
  async #onceShared(
    stack: Stack,
    log: EventLog,
    approved: string | undefined,
    options: Parameters<Stack["preview"]>[0],
  ): Promise<void> {
    const { job } = this.#context;
    await stack.preview({ ...options, refresh: true });
    // Refused before anything is written, where that can be known.
    await this.#outputs.read();
    if (job.operation === "preview") return;
    const { details } = log;
    if (needsApproval(details) && changeId(details) !== approved) {
      this.#withheld = details;
      return;
    }
    log.forgetSteps();
    await stack.up({ ...options, refresh: true });
  }

  /** A lock that its holder can't be using any more goes, and with it creates of which the outcome is unknown. */
  async #unlock(stack: Stack, error: CliError): Promise<void> {
    const { job } = this.#context;
    const holders = readLockHolders(error);
    const alive = holders.find((holder) => !mayUnlock(holder, job.ownHosts));
    if (holders.length === 0 || alive)
      throw new StackFailure(
        "locked",
        `stack ${job.stack} is locked by ${alive ? renderHolder(alive) : "somebody"}; wait, or end that operation and run pulumi cancel`,
      );
    this.#notes.push(`removed the lock of ${holders.map(renderHolder).join(", ")}`);
    await this.#asFailure(new EventLog(), () => stack.cancel());
    await this.#lookAnew(stack, INTERRUPTED);
  }

  /** The state tells of objects that somebody deleted: an update of what is not there fails. */
  #failedForAbsent(log: EventLog): boolean {
    const { job, signal } = this.#context;
    if (job.operation !== "apply" || signal.aborted) return false;
    const absent = new Set(this.#absent.map(({ kind, name }) => `${kind} ${name}`));
    return log.failedUpdates.some((object) => absent.has(object));
  }

  /**
   * After an operation of which the end is unknown, and where the state can't be right: reads what stands, and forgets
   * creates that nobody saw the end of.
   * What these made is taken over when it is made again. Also for updates: the state may tell of one that was refused.
   */
  async #lookAnew(stack: Stack, why: string): Promise<void> {
    const { signal } = this.#context;
    const log = new EventLog();
    this.#isBlind = true;
    await this.#asFailure(log, () =>
      stack.refresh({ clearPendingCreates: true, onEvent: log.take, signal, suppressProgress: true }),
    );
    this.#notes.push(why);
  }

  async #asFailure(log: EventLog, act: () => Promise<unknown>): Promise<void> {
    try {
      await act();
    } catch (thrown) {
      throw this.#failure(log, readCliError(thrown));
    }
  }

  #failure(log: EventLog, error: CliError): StackFailure {
    if (this.#refused instanceof StackFailure) return this.#refused;
    if (this.#context.signal.aborted) return new StackFailure("cancelled", "the operation was cancelled");
    return readFailure(log.failures, error);
  }

  async #outdated(owner: Readonly<Record<string, string>>): Promise<readonly ObjectId[]> {
    const { job, live } = this.#context;
    if (job.operation !== "apply" || job.task.kind !== "slot") return [];
    try {
      return await findOutdated(live, owner, job.task.input.release);
    } catch (error) {
      // Objects that stay longer than needed harm nobody, so a missing right to list does not stop a release.
      this.#notes.push(`outdated objects were not looked for: ${String(error)}`);
      return [];
    }
  }

  async #remove(outdated: readonly ObjectId[]): Promise<number> {
    try {
      await removeEach(this.#context.live, outdated);
      return outdated.length;
    } catch (error) {
      this.#notes.push(`outdated objects were not removed: ${String(error)}`);
      return 0;
    }
  }

  #ignoreMissing(thrown: unknown): void {
    const error = readCliError(thrown);
    if (!isStackMissing(error)) this.#notes.push("the empty stack was not removed");
  }
}
