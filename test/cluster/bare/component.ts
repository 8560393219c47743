import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { milliseconds, seconds } from "../../../src/base/duration.ts";
import { COMPONENTS, type Component, type ComponentName } from "../cluster.ts";
import { ClusterError } from "../errors.ts";
import { end, identify, isAlive, type ProcessIdentity, signal } from "../lib/identity.ts";
import { answers, waitUntil } from "../lib/wait.ts";
import { type Command, commandOf } from "./commands.ts";
import type { Layout } from "./layout.ts";
import { identityOfChild, inside, type NodeRecord, readNodeRecord, spawnDetached } from "./namespaces.ts";

const recordOf = (layout: Layout, name: ComponentName): string => join(layout.components, `${name}.json`);

/**
 * A running component. `nsenter` stays as the parent of the process that it brought into the namespaces; it stops
 * itself when its child is stopped, and has to be woken as well, or it never buries the child.
 */
type Running = { readonly process: ProcessIdentity; readonly parent: ProcessIdentity };

function readRecord(layout: Layout, name: ComponentName): Running | undefined {
  try {
    const record = JSON.parse(readFileSync(recordOf(layout, name), "utf8")) as Partial<Running>;
    const { process, parent } = record;
    return process && parent ? { process, parent } : undefined;
  } catch {
    return undefined; // never started, or its start was cut off in the middle of writing
  }
}

function readRunning(layout: Layout, name: ComponentName): Running | undefined {
  const record = readRecord(layout, name);
  return record && isAlive(record.process) ? record : undefined;
}

/** Wakes the parents of paused components, so that the namespaces can end. */
export function wakeComponents(layout: Layout): void {
  for (const name of COMPONENTS) {
    const record = readRecord(layout, name);
    if (record) signal(record.parent, "SIGCONT");
  }
}

function requireNode(layout: Layout): NodeRecord {
  const record = readNodeRecord(layout);
  if (record) return record;
  throw new ClusterError(
    "missing",
    `cluster ${layout.name} is not up; run: node test/cluster/main.ts up --name ${layout.name}`,
  );
}

/** One look at the API server's own health, with the cluster's authority. */
export function apiServerReady(url: string, ca: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const get = request(url, { ca, timeout: 1_000, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    get.on("timeout", () => get.destroy(new Error("no answer within 1s")));
    get.on("error", reject).end();
  });
}

async function awaitReady(
  layout: Layout,
  name: ComponentName,
  command: Command,
  id: ProcessIdentity,
): Promise<void> {
  const { ready } = command;
  const log = join(layout.logs, `${name}.log`);
  const ended = (): boolean => !isAlive(id);
  const probe = async (): Promise<boolean> => {
    if (ended()) return true;
    if (ready === undefined) return true;
    return ready.startsWith("https:")
      ? apiServerReady(ready, readFileSync(join(layout.pki, "ca.crt"), "utf8"))
      : answers(ready);
  };
  const tail = (): string => `end of ${log}:\n${readFileSync(log, "utf8").slice(-3_000)}`;
  const options = { deadline: command.deadline ?? seconds(60), every: milliseconds(50), explain: tail };
  await waitUntil(`${name} answers`, probe, options);
  if (ended()) throw new ClusterError("failed", `${name} ended by itself\n${tail()}`);
}

/** Starts one process inside of the node and waits until it answers. */
async function launch(layout: Layout, name: ComponentName): Promise<void> {
  if (readRunning(layout, name)) return;
  const { init } = requireNode(layout);
  const command = commandOf(layout, name);
  const log = join(layout.logs, `${name}.log`);
  const pid = spawnDetached([...inside(init), ...command.argv], log, command.env);
  const started = await identityOfChild(pid, name, log);
  const parent = identify(pid);
  if (!parent) throw new ClusterError("failed", `${name} ended at once; see ${log}`);
  const running: Running = { process: started, parent };
  writeFileSync(recordOf(layout, name), JSON.stringify(running));
  await awaitReady(layout, name, command, started);
}

/**
 * Starts again what ended by itself. The controller manager and the scheduler give up when the API server goes away,
 * or is not complete yet, while they start; on other nodes a supervisor brings them back.
 */
async function reviveOthers(layout: Layout): Promise<void> {
  for (const name of COMPONENTS) {
    const record = readRecord(layout, name); // none for what was stopped on purpose
    if (record && !isAlive(record.process)) await launch(layout, name);
  }
}

/**
 * Starts a component and waits until it answers. Nothing happens while it runs. With the API server (or etcd) come
 * back those components that ended by themselves in its absence.
 */
export async function startComponent(layout: Layout, name: ComponentName): Promise<void> {
  await launch(layout, name);
  if (name !== "apiserver" && !(name === "etcd" && readRunning(layout, "apiserver"))) return;
  if (!readRecord(layout, "controller-manager") && !readRecord(layout, "scheduler")) return; // the first start of all
  await reviveOthers(layout);
  await sleep(500); // the answer to a last request from before it was complete may still end somebody
  await reviveOthers(layout);
}

/** The handle that fault tests use. */
export function componentOf(layout: Layout, name: ComponentName): Component {
  const requireRunning = (): Running => {
    const running = readRunning(layout, name);
    if (running) return running;
    throw new ClusterError("missing", `${name} of cluster ${layout.name} is not running; call start() first`);
  };
  const resume = ({ process, parent }: Running): void => {
    signal(process, "SIGCONT");
    signal(parent, "SIGCONT");
  };
  return {
    name,
    pid: () => Promise.resolve(readRunning(layout, name)?.process.pid),
    start: () => startComponent(layout, name),
    async stop() {
      const running = readRunning(layout, name);
      if (!running) return;
      rmSync(recordOf(layout, name), { force: true }); // ended on purpose: nobody brings it back
      resume(running); // a paused process would never see the request
      await end(running.process);
    },
    async kill() {
      const running = readRunning(layout, name);
      if (!running) return;
      rmSync(recordOf(layout, name), { force: true });
      signal(running.process, "SIGKILL");
      resume(running);
      const gone = (): boolean => !isAlive(running.process);
      await waitUntil(`${name} is gone`, gone, { deadline: seconds(10), every: milliseconds(5) });
    },
    pause: async () => void signal(requireRunning().process, "SIGSTOP"),
    resume: async () => resume(requireRunning()),
  };
}
