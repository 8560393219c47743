/**
 * The load generator: a child process of the controller that runs one load, tells how it goes, and ends. Its own
 * process, so that neither disturbs the other; less urgent than the controller, and gone when that is gone.
 */
import { setPriority } from "node:os";
import { LOAD_LIMITS } from "../../api/checks/load.ts";
import { Attack } from "./attack.ts";
import type { FromGenerator, LoadJob, ToGenerator } from "./messages.ts";

/** Milliseconds between two words about how it goes. */
const TELL_EVERY = 500;
const NICE = 2;
/** However a load goes, it is over after this. Milliseconds. */
const LONGEST_LIFE = LOAD_LIMITS.duration + 2 * LOAD_LIMITS.timeout;

const say = (message: FromGenerator, then?: () => void): void =>
  void process.send?.(message, undefined, undefined, then);

function lowerPriority(): void {
  try {
    setPriority(NICE);
  } catch {
    // Not everywhere; then it runs as the controller does.
  }
}

async function run(job: LoadJob): Promise<void> {
  const attack = new Attack(job);
  const telling = setInterval(() => say({ type: "progress", figures: attack.figures }), TELL_EVERY);
  const end = await attack.run();
  clearInterval(telling);
  say({ type: "ended", figures: attack.figures, end }, () => process.exit(0));
}

process.on("disconnect", () => process.exit(0));
// The terminal's signals are the controller's business; it ends this process.
for (const signal of ["SIGINT", "SIGHUP"] as const) process.on(signal, () => undefined);
setTimeout(() => process.exit(1), LONGEST_LIFE).unref();
lowerPriority();
process.once("message", ({ job }: ToGenerator) => void run(job));
say({ type: "ready" });
