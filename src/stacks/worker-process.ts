import { type ChildProcess, fork } from "node:child_process";
import { extname, join } from "node:path";
import {
  type FromWorker,
  type InspectResult,
  type Job,
  type JobResult,
  LEASE_LOST,
  type ProgramSource,
  type ToWorker,
} from "./messages.ts";
import { endSession, killSession } from "./processes.ts";
import { removeScratch } from "./scratch.ts";

export interface WorkerOptions {
  readonly env: Readonly<Record<string, string>>;
  /** Heap limit of the worker in MiB. */
  readonly heap: number;
  /** Takes what worker, CLI or provider print; already without secrets, as they print none. */
  readonly onOutput?: (text: string) => void;
}

/** The worker ended before it answered. */
export class WorkerGone extends Error {
  override readonly name = "WorkerGone";
  readonly kind = "workerGone";
  readonly retry = "soon";
  /** It ended itself, because the stack's Lease was not renewed in time. */
  readonly lostLease: boolean;

  constructor(message: string, lostLease = false) {
    super(message);
    this.lostLease = lostLease;
  }
}

const MODULE = join(import.meta.dirname, `worker${extname(import.meta.filename)}`);

interface Waiting {
  resolve(message: FromWorker): void;
  reject(error: WorkerGone): void;
}

/** The controller's side of one worker. */
export class WorkerProcess {
  readonly #child: ChildProcess;
  readonly #loaded = new Map<string, string>();
  readonly #ready: Promise<FromWorker>;
  /** Settles when worker, CLI and provider are all gone. */
  readonly ended: Promise<void>;
  #waiting: Waiting | undefined;
  #gone: WorkerGone | undefined;
  /** Requests answered so far. */
  served = 0;
  /** An operation failed in it; the SDK keeps state of a run that ended badly, so it gets no other. */
  hasFailed = false;
  /** Memory of the worker after the last answer, in bytes. */
  rss = 0;

  constructor(options: WorkerOptions) {
    this.#child = fork(MODULE, [], {
      env: { ...options.env },
      execArgv: [`--max-old-space-size=${options.heap}`],
      // Leads a session of its own: signals of a terminal don't reach it, and all its children are known by it.
      detached: true,
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      serialization: "json",
    });
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.setEncoding("utf8").on("data", (text: string) => options.onOutput?.(text));
    this.#child.on("message", (message: FromWorker) => this.#settle(message));
    this.ended = this.#watchEnd(options.env.TMPDIR);
    this.#ready = this.#next();
    this.#ready.catch(() => undefined);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get isAlive(): boolean {
    return this.#gone === undefined;
  }

  /** Whether it has loaded other files under this program's folder; a module can't be loaded anew. */
  isStaleFor(source: ProgramSource | undefined): boolean {
    const digest = source && this.#loaded.get(source.folder);
    return digest !== undefined && digest !== source?.digest;
  }

  /** Waits until it can work. @throws WorkerGone, with the reason, when it can't */
  async ready(): Promise<void> {
    const message = await this.#ready;
    if (message.type === "broken") throw this.#end(message.message);
  }

  /** Runs a job; `held` must be called during it, or the worker ends itself. @throws WorkerGone */
  async operate(job: Job): Promise<JobResult> {
    const source = job.task.kind === "entry" ? undefined : job.task.source;
    const answer = await this.#ask({ type: "operate", job }, source);
    if (answer.type !== "operated") return this.#unexpected(answer);
    this.hasFailed ||= !answer.result.ok;
    return answer.result;
  }

  /** @throws WorkerGone */
  async inspect(source: ProgramSource, values: Readonly<Record<string, unknown>>): Promise<InspectResult> {
    const answer = await this.#ask({ type: "inspect", source, values }, source);
    return answer.type === "inspected" ? answer.result : this.#unexpected(answer);
  }

  /** The stack's Lease holds at least until this reading of `machineTime`. */
  held(until: number): void {
    this.#send({ type: "held", until });
  }

  /** Asks the running operation to end in an orderly way. */
  cancel(): void {
    this.#send({ type: "cancel" });
  }

  /** Ends worker, CLI and provider at once, and returns when they are gone. */
  async kill(): Promise<void> {
    if (this.#child.pid !== undefined) killSession(this.#child.pid);
    await this.ended;
  }

  async #ask(message: ToWorker, source: ProgramSource | undefined): Promise<FromWorker> {
    await this.ready();
    if (source) this.#loaded.set(source.folder, source.digest);
    const answer = this.#next();
    this.#send(message);
    const received = await answer;
    this.served += 1;
    if (received.type === "operated" || received.type === "inspected") this.rss = received.rss;
    return received;
  }

  #next(): Promise<FromWorker> {
    return new Promise((resolve, reject) => {
      if (this.#gone) reject(this.#gone);
      else this.#waiting = { resolve, reject };
    });
  }

  #settle(message: FromWorker): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.resolve(message);
  }

  #send(message: ToWorker): void {
    // A pipe that is closed already shows in the child's exit, which is what everybody waits for.
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }

  #end(why: string, lostLease = false): WorkerGone {
    this.#gone ??= new WorkerGone(why, lostLease);
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.reject(this.#gone);
    return this.#gone;
  }

  async #watchEnd(scratch: string | undefined): Promise<void> {
    const why = await new Promise<string>((resolve) => {
      this.#child.on("error", (error) => resolve(`could not be started: ${error.message}`));
      this.#child.on("exit", (code, signal) => resolve(`ended with ${signal ?? `exit code ${code}`}`));
    });
    // What it had started may outlive it; nobody may go on before that is gone too.
    const { pid } = this.#child;
    if (pid !== undefined) {
      await endSession(pid);
      if (scratch !== undefined) removeScratch(scratch, pid);
    }
    this.#end(`the worker ${why}`, this.#child.exitCode === LEASE_LOST);
  }

  #unexpected(answer: FromWorker): never {
    throw this.#end(`the worker answered ${answer.type} out of turn`);
  }
}
