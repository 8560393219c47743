import { join } from "node:path";
import { milliseconds, seconds } from "../base/duration.ts";
import { type Log, silentLog } from "../ports/log.ts";
import type { StackOutcome, StackRequest, StackTask } from "../ports/stacks.ts";
import { StackFailure } from "./errors.ts";
import type { StackLease } from "./lease.ts";
import { type Job, type JobResult, type JobTask, machineTime, type ProgramSource } from "./messages.ts";
import { pulumiStackName } from "./names.ts";
import type { Pool } from "./pool.ts";
import { findProgram } from "./program-folders.ts";
import { partOf } from "./request.ts";
import { requireRoom } from "./room.ts";
import type { StackRunnerOptions } from "./runner-options.ts";
import { type StatePlace, withState } from "./state/with-state.ts";
import { WorkerGone, type WorkerProcess } from "./worker-process.ts";

export interface RunContext {
  readonly pool: Pool<WorkerProcess>;
  readonly options: StackRunnerOptions & { readonly log?: Log };
}

/** How one run is stopped, and tells that it has to wait for a worker, and that it no longer has to. */
export interface RunHandle {
  /** Its reason is `cancelled` or `deadline`. */
  readonly signal: AbortSignal;
  readonly onTurn: (waits: boolean) => void;
}

/** An outcome of which the time is not measured yet. */
export type Settled =
  | Omit<Extract<StackOutcome, { state: "succeeded" }>, "took">
  | Extract<StackOutcome, { state: "failed" | "withheld" }>;

const GRACE = seconds(20);
/** A worker needs about a second until it can work. */
const START = seconds(30);
/** Beyond the grace period a worker that does not answer is killed with all that it started. */
const LAST_GRACE = seconds(3);
/** The worker hears of each renewal within this time. */
const TELL_EVERY = milliseconds(500);

/** Runs one request from its Lease to its outcome. Never throws. */
export async function runRequest(
  context: RunContext,
  request: StackRequest,
  handle: RunHandle,
): Promise<Settled> {
  const { log = silentLog } = context.options;
  try {
    const result = await withLease(context, request, handle);
    if (!result.ok) throw new StackFailure(result.class, result.message, { retry: result.retry });
    for (const note of result.notes)
      log.info({ stack: request.stack, note }, "a stack operation noted something");
    if ("withheld" in result) return { state: "withheld", details: result.withheld };
    const { changes, details, outputs } = result;
    return {
      state: "succeeded",
      changes,
      ...(details ? { details } : {}),
      ...(outputs ? { outputs } : {}),
    };
  } catch (error) {
    const failure = readFailure(error, request, handle.signal);
    log.warn(
      { stack: request.stack, operation: request.operation, class: failure.class, detail: failure.message },
      "a stack operation failed",
    );
    return { state: "failed", class: failure.class, message: failure.message, retry: failure.retry };
  }
}

async function withLease(context: RunContext, request: StackRequest, handle: RunHandle): Promise<JobResult> {
  const { signal } = handle;
  signal.throwIfAborted();
  await requireRoom(join(context.options.paths.home, "tmp"));
  const task = await readTask(context, request);
  const source = task.kind === "entry" ? undefined : task.source;
  const worker = await acquireWorker(context, request, source, handle);
  try {
    await whenReady(context, worker, signal);
    const lease = await context.options.acquireLease(request.stack, request.deadline, signal);
    if ("holder" in lease) {
      signal.throwIfAborted();
      throw new StackFailure(
        "locked",
        `${lease.holder || "another process"} holds the Lease of stack ${request.stack}`,
      );
    }
    let remove = false;
    try {
      const kubeconfig = await readToken(context, request);
      signal.throwIfAborted();
      const result = await withState(context.options, request, lease, (place, held) => {
        signal.throwIfAborted();
        return operate(context, worker, held, renderJob(context, request, task, kubeconfig, place), signal);
      });
      remove = request.operation === "destroy" && result.ok;
      return result;
    } finally {
      // Nobody else may begin while something of a dead worker still runs.
      if (!worker.isAlive) await worker.kill();
      await lease.release({ remove });
    }
  } finally {
    context.pool.release(worker);
  }
}

/** A worker, when it is the namespace's turn. */
async function acquireWorker(
  { pool }: RunContext,
  { serviceAccount: { namespace } }: StackRequest,
  source: ProgramSource | undefined,
  { signal, onTurn }: RunHandle,
): Promise<WorkerProcess> {
  let waited = false;
  const onWait = (): void => {
    waited = true;
    onTurn(true);
  };
  const worker = await pool.acquire(source, { group: namespace, signal, onWait });
  if (waited) onTurn(false);
  return worker;
}

/** A worker that hangs while it starts is ended, and with it what it has started. @throws WorkerGone */
async function whenReady(
  { options: { clock } }: RunContext,
  worker: Pick<WorkerProcess, "ready" | "kill">,
  signal: AbortSignal,
): Promise<void> {
  const kill = (): void => void worker.kill();
  const cancel = clock.after(START, kill);
  signal.addEventListener("abort", kill, { once: true });
  try {
    if (signal.aborted) kill();
    await worker.ready();
  } finally {
    cancel();
    signal.removeEventListener("abort", kill);
  }
}

/** Lets the worker work while the Lease is held, and stops it in order when asked to. */
async function operate(
  context: RunContext,
  worker: WorkerProcess,
  lease: Pick<StackLease, "remaining" | "lost">,
  job: Job,
  signal: AbortSignal,
): Promise<JobResult> {
  const { clock, grace = GRACE } = context.options;
  const timers = new Set<() => void>();
  const tell = (): void => {
    worker.held(machineTime() + lease.remaining);
    timers.add(clock.after(TELL_EVERY, tell));
  };
  const kill = (): void => void worker.kill();
  const stop = (): void => {
    worker.cancel();
    timers.add(clock.after(milliseconds(grace + LAST_GRACE), kill));
  };
  tell();
  lease.lost.addEventListener("abort", kill, { once: true });
  signal.addEventListener("abort", stop, { once: true });
  try {
    const working = worker.operate(job);
    if (signal.aborted) stop();
    if (lease.lost.aborted) kill();
    return await working;
  } catch (error) {
    if (lease.lost.aborted || (error instanceof WorkerGone && error.lostLease))
      throw new StackFailure(
        "unreachable",
        `the Lease of stack ${job.stack} was lost; the operation was ended`,
        {
          cause: error,
        },
      );
    throw error;
  } finally {
    for (const cancel of timers) cancel();
    lease.lost.removeEventListener("abort", kill);
    signal.removeEventListener("abort", stop);
  }
}

async function readTask(context: RunContext, request: StackRequest): Promise<JobTask> {
  const { task } = request;
  if (task.kind === "entry") return task;
  const found = await findProgram(task.program, context.options.programFolders ?? []);
  if (!found.ok && request.operation !== "destroy") throw new StackFailure("invalid", found.error);
  const source = found.ok && request.operation !== "destroy" ? found.value : undefined;
  if (source && task.digest !== undefined && task.digest !== source.digest)
    throw new StackFailure(
      "invalid",
      `program ${task.program} is no longer the one that this release was planned with; make a new release`,
    );
  return renderTask(task, source);
}

const renderTask = (
  task: Exclude<StackTask, { kind: "entry" }>,
  source: ProgramSource | undefined,
): JobTask =>
  task.kind === "slot"
    ? { kind: "slot", source, input: task.input }
    : {
        kind: "shared",
        source,
        input: task.input,
        ...(task.approved === undefined ? {} : { approved: task.approved }),
      };

async function readToken(context: RunContext, request: StackRequest): Promise<string> {
  const { namespace, name } = request.serviceAccount;
  try {
    return await context.options.token({ namespace, name });
  } catch (error) {
    const { kind, message } = error as { readonly kind?: unknown; readonly message?: unknown };
    const text = `no token for service account ${name} in ${namespace}: ${String(message)}`;
    if (kind === "notFound")
      throw new StackFailure("forbidden", `${text}; create it with the rights to write the stack`);
    if (kind === "forbidden" || kind === "unauthorized") throw new StackFailure("forbidden", text);
    throw new StackFailure("unreachable", text, { cause: error });
  }
}

function renderJob(
  context: RunContext,
  request: StackRequest,
  task: JobTask,
  kubeconfig: string,
  place: StatePlace,
): Job {
  const { options } = context;
  const stack = pulumiStackName(request.stack);
  return {
    operation: request.operation,
    stack,
    part: partOf(request),
    task,
    kubeconfig,
    workDir: join(options.paths.home, "work", stack),
    clusterScoped: options.clusterScoped ?? [],
    secretsProvider: options.secretsProvider ?? "passphrase",
    ...place,
    ownHosts: options.ownHosts ?? "",
    grace: options.grace ?? GRACE,
  };
}

function readFailure(error: unknown, request: StackRequest, signal: AbortSignal): StackFailure {
  if (
    signal.aborted &&
    signal.reason === "deadline" &&
    !(error instanceof StackFailure && error.class !== "cancelled")
  )
    return new StackFailure(
      "timeout",
      `${request.operation} of stack ${request.stack} took longer than allowed`,
    );
  if (signal.aborted && !(error instanceof StackFailure && error.class !== "cancelled"))
    return new StackFailure("cancelled", `${request.operation} of stack ${request.stack} was cancelled`);
  if (error instanceof StackFailure) return error;
  if (error instanceof WorkerGone)
    return new StackFailure("bug", `${request.stack}: ${error.message}`, { retry: "soon" });
  return new StackFailure("bug", `${request.stack}: ${String(error)}`, { cause: error });
}
