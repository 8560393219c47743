import { type ChildProcess, fork } from "node:child_process";
import { extname, join } from "node:path";
import type { LoadEnd, LoadFigures } from "../../core/gate/load/figures.ts";
import type { FromGenerator, LoadJob, ToGenerator } from "./messages.ts";

const MODULE = join(import.meta.dirname, `generator${extname(import.meta.filename)}`);
/** Heap of the generator in MiB. */
const HEAP = 192;

const NOTHING = { p50: 0, p90: 0, p95: 0, p99: 0, p999: 0, max: 0 } as const;
const NO_FIGURES: LoadFigures = {
  ...{ planned: 0, due: 0, answered: 0, failed: 0, failures: {}, bytes: 0, elapsed: 0, lastAnswer: 0 },
  ...{ measured: 0, late: 0, latency: NOTHING, lateness: NOTHING },
};

/** The controller's side of one generator. */
export class LoadProcess {
  readonly #child: ChildProcess;
  #figures: LoadFigures | undefined;
  #end: LoadEnd | undefined;
  /** Settles when the process is gone. */
  readonly gone: Promise<void>;

  constructor(job: LoadJob) {
    this.#child = fork(MODULE, [], {
      // Nothing of the controller's: its environment may hold credentials.
      env: {},
      execArgv: [`--max-old-space-size=${HEAP}`],
      stdio: ["ignore", "ignore", "ignore", "ipc"],
      serialization: "json",
    });
    this.#child.on("message", (message: FromGenerator) => {
      if (message.type === "ready")
        this.#child.send({ type: "start", job } satisfies ToGenerator, () => undefined);
      else {
        this.#figures = message.figures;
        if (message.type === "ended") this.#end = message.end;
      }
    });
    this.gone = new Promise((resolve) => {
      const over = (why: string): void => {
        this.#end ??= { how: "gone", why };
        resolve();
      };
      this.#child.on("error", () => over("the generator could not be started"));
      this.#child.on("exit", (code, signal) =>
        over(`the generator ended by itself (${signal ?? `exit code ${code}`})`),
      );
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** What was measured so far, and how it ended, when it has. */
  get state(): { readonly figures: LoadFigures | undefined; readonly end?: LoadEnd } {
    return this.#end === undefined
      ? { figures: this.#figures }
      : { figures: this.#figures ?? NO_FIGURES, end: this.#end };
  }

  /** Ends it at once, and returns when it is gone. */
  async stop(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.gone;
  }
}
