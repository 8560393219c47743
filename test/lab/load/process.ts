/**
 * The load's process: an open model, so a slow answer does not hold back the requests after it. It ends when it was
 * told to, when its limits are reached, and when the test that started it is gone.
 */
import { constants, setPriority } from "node:os";
import { Agent, request } from "undici";
import type { LoadMessage, LoadPlan, Shot } from "./record.ts";

/** More open requests than this are not sent but recorded as lost, with an error of their own. */
const MOST_OPEN = 500;
const BATCH_EVERY = 100;

try {
  // On a busy machine it must be the service that is measured, not the client that waits for a core.
  setPriority(constants.priority.PRIORITY_ABOVE_NORMAL);
} catch {
  // not for everybody; what this process misses is recorded as CLIENT_OVERLOADED
}

const plan = JSON.parse(process.argv[2] ?? "") as LoadPlan;
const options = { connect: { timeout: plan.timeout }, keepAliveTimeout: 30_000 };
const kept = new Agent(options);
const fresh = new Agent(options);
const url = new URL(plan.url);
const epoch = (): number => performance.timeOrigin + performance.now();

let shots: Shot[] = [];
let open = 0;
let sent = 0;
let stopping = false;
const started = epoch();
const gap = 1_000 / plan.rate;

function tell(message: LoadMessage): void {
  if (process.connected) process.send?.(message);
}

async function shoot(due: number, alone: boolean): Promise<void> {
  open += 1;
  try {
    const answer = await request(url, {
      headers: { host: plan.host },
      dispatcher: alone ? fresh : kept,
      reset: alone,
      signal: AbortSignal.timeout(plan.timeout),
    });
    await answer.body.dump();
    const version = answer.headers["x-version"];
    record(due, answer.statusCode, typeof version === "string" ? version : "", "");
  } catch (error) {
    record(due, 0, "", codeOf(error));
  } finally {
    open -= 1;
  }
}

function record(due: number, status: number, version: string, error: string): void {
  shots.push({ due, latency: epoch() - due, status, version, error });
}

function codeOf(error: unknown): string {
  const { code, name } = error as { readonly code?: unknown; readonly name?: unknown };
  return typeof code === "string" ? code : String(name ?? error); // a DOMException has a number for its code
}

/** Sends everything that is due by now; a process that was late catches up, and its lateness is in the latency. */
function fire(): void {
  if (stopping) return;
  for (let due = started + sent * gap; due <= epoch(); due = started + sent * gap) {
    sent += 1;
    if (open >= MOST_OPEN) record(due, 0, "", "CLIENT_OVERLOADED");
    else void shoot(due, plan.freshEvery > 0 && sent % plan.freshEvery === 0);
    if (sent >= plan.maxRequests || epoch() - started > plan.maxMilliseconds) {
      void stop();
      return;
    }
  }
  setTimeout(fire, Math.max(0, started + sent * gap - epoch()));
}

function flush(): void {
  if (shots.length === 0) return;
  tell({ kind: "shots", shots });
  shots = [];
}

async function stop(): Promise<void> {
  if (stopping) return;
  stopping = true;
  const limit = epoch() + plan.timeout + 1_000;
  while (open > 0 && epoch() < limit) await new Promise((resolve) => setTimeout(resolve, 10));
  clearInterval(batches);
  flush();
  tell({ kind: "done" });
  await Promise.all([kept.destroy(), fresh.destroy()]);
  if (process.connected) process.disconnect();
}

const batches = setInterval(flush, BATCH_EVERY);
process.on("message", (message) => {
  if (message === "stop") void stop();
});
process.on("disconnect", () => {
  if (!stopping) process.exit(0);
});
// Interrupts are for the test, which then tells this process to stop.
process.on("SIGINT", () => undefined);
fire();
