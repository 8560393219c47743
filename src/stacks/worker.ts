/**
 * A worker: a child process of the controller that runs one Pulumi operation at a time. Started by `WorkerProcess`
 * with an environment of its own and as leader of its own session.
 */
import { PulumiCommand } from "@pulumi/pulumi/automation/index.js";
import { loadProgram, readPorts, shareModules } from "./load-program.ts";
import { type FromWorker, type InspectResult, LEASE_LOST, machineTime, type ToWorker } from "./messages.ts";
import { operate } from "./operate.ts";
import { killSession } from "./processes.ts";

type Operate = Extract<ToWorker, { type: "operate" }>;
type Inspect = Extract<ToWorker, { type: "inspect" }>;

/** The lease is looked at this often while an operation runs, in milliseconds. */
const LEASE_LOOK = 100;

const say = (message: FromWorker): void => void process.send?.(message);

/** Ends CLI and provider with this process: what follows could overlap with a successor's work. */
function endAll(): never {
  killSession(process.pid, process.pid);
  process.exit(LEASE_LOST);
}

let running: AbortController | undefined;
let heldUntil = 0;

/** Ends everything as soon as the lease may be somebody else's. */
function watchLease(): NodeJS.Timeout {
  return setInterval(() => {
    if (machineTime() <= heldUntil) return;
    // A renewal may lie unread in the pipe when this process was slow, so one turn of the loop comes first.
    setImmediate(() => {
      if (machineTime() > heldUntil) endAll();
    });
  }, LEASE_LOOK);
}

async function onOperate({ job }: Operate, command: PulumiCommand): Promise<void> {
  const controller = new AbortController();
  running = controller;
  const lease = watchLease();
  let kill: NodeJS.Timeout | undefined;
  controller.signal.addEventListener("abort", () => {
    kill = setTimeout(() => killSession(process.pid, process.pid), job.grace);
  });
  try {
    const result = await operate(job, command, controller.signal);
    // A CLI that was killed leaves its provider behind.
    killSession(process.pid, process.pid);
    say({ type: "operated", result, rss: process.memoryUsage.rss() });
  } finally {
    clearTimeout(kill);
    clearInterval(lease);
    running = undefined;
  }
}

async function inspect({ source, values }: Inspect): Promise<InspectResult> {
  try {
    const program = await loadProgram(source);
    return { ok: true, ports: readPorts(program, values), shared: program.shared !== undefined };
  } catch (error) {
    return { ok: false, message: error instanceof Error ? error.message : String(error) };
  }
}

process.on("disconnect", endAll);
// The terminal's or the supervisor's signals are the controller's business; it asks for an orderly end.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => undefined);

shareModules();
try {
  const command = await PulumiCommand.get();
  process.on("message", (message: ToWorker) => {
    if (message.type === "cancel") running?.abort();
    else if (message.type === "held") heldUntil = message.until;
    else if (message.type === "operate") void onOperate(message, command);
    else
      void inspect(message).then((result) =>
        say({ type: "inspected", result, rss: process.memoryUsage.rss() }),
      );
  });
  say({ type: "ready" });
} catch (error) {
  say({ type: "broken", message: error instanceof Error ? error.message : String(error) });
}
