import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Duration, minutes, seconds } from "../../../src/base/duration.ts";
import { answers, waitUntil } from "../../cluster/lib/wait.ts";
import { type ControllerOptions, ControllerProcess } from "../../lab/controller.ts";
import { TURN_FILE } from "../support/turn.ts";

/**
 * The lives of one controller. While one lives the next has loaded its code already and waits for its turn: it knows nothing
 * and has asked for nothing, but need not be waited for. Killed hundreds of times, most of a run would be loading otherwise.
 */
export class Lives {
  readonly home: string;
  #present: ControllerProcess;
  #next: ControllerProcess;

  constructor(options: ControllerOptions) {
    this.home = options.home;
    const env = { ...options.env, BASCULE_FAULTS_TURN: "1" };
    this.#present = new ControllerProcess({ ...options, env });
    this.#next = new ControllerProcess({ ...options, env });
  }

  get running(): boolean {
    return this.#present.running;
  }

  get url(): string {
    return this.#present.url;
  }

  /** Begins the next life, without waiting for anything but its process. */
  async launch(): Promise<void> {
    if (!this.#next.running) await this.#next.launch();
    [this.#present, this.#next] = [this.#next, this.#present];
    writeFileSync(join(this.home, TURN_FILE), String(this.#present.identity?.pid));
    await this.#next.launch();
  }

  /** Begins the next life, unless there is one, and waits until it is ready. */
  async start(deadline: Duration = minutes(2)): Promise<void> {
    if (!this.running) await this.launch();
    const explain = (): string => this.logTail();
    const wait = { deadline, every: seconds(0.1), explain };
    await waitUntil("the controller is ready", () => answers(`${this.url}/readyz`), wait);
  }

  async stop(): Promise<void> {
    await Promise.all([this.#next.kill(), this.#present.stop()]);
  }

  logTail(lines?: number): string {
    return this.#present.logTail(lines);
  }

  clean(): void {
    this.#present.clean();
  }
}
