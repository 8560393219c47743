import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { join } from "node:path";
import { milliseconds, seconds } from "../../../src/base/duration.ts";
import type { Component, ComponentName } from "../cluster.ts";
import { ClusterError } from "../errors.ts";
import { end, isAlive, type ProcessIdentity, signal } from "../lib/identity.ts";
import { answers, waitUntil } from "../lib/wait.ts";
import { type Command, commandOf } from "./commands.ts";
import type { Layout } from "./layout.ts";
import { identityOfChild, inside, type NodeRecord, readNodeRecord, spawnDetached } from "./namespaces.ts";

const recordOf = (layout: Layout, name: ComponentName): string => join(layout.components, `${name}.json`);

function readIdentity(layout: Layout, name: ComponentName): ProcessIdentity | undefined {
  const file = recordOf(layout, name);
  if (!existsSync(file)) return undefined;
  const id = JSON.parse(readFileSync(file, "utf8")) as ProcessIdentity;
  return isAlive(id) ? id : undefined;
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

/** Starts a component inside of the node and waits until it answers. Nothing happens while it runs. */
export async function startComponent(layout: Layout, name: ComponentName): Promise<void> {
  if (readIdentity(layout, name)) return;
  const { init } = requireNode(layout);
  const command = commandOf(layout, name);
  const log = join(layout.logs, `${name}.log`);
  const wrapper = spawnDetached([...inside(init), ...command.argv], log, command.env);
  const id = await identityOfChild(wrapper, name, log);
  writeFileSync(recordOf(layout, name), JSON.stringify(id));
  await awaitReady(layout, name, command, id);
}

/** The handle that fault tests use. */
export function componentOf(layout: Layout, name: ComponentName): Component {
  const running = (): ProcessIdentity => {
    const id = readIdentity(layout, name);
    if (id) return id;
    throw new ClusterError("missing", `${name} of cluster ${layout.name} is not running; call start() first`);
  };
  return {
    name,
    pid: () => Promise.resolve(readIdentity(layout, name)?.pid),
    start: () => startComponent(layout, name),
    async stop() {
      const id = readIdentity(layout, name);
      if (id) await end(id);
    },
    async kill() {
      const id = readIdentity(layout, name);
      if (!id) return;
      signal(id, "SIGKILL");
      await waitUntil(`${name} is gone`, () => !isAlive(id), {
        deadline: seconds(10),
        every: milliseconds(5),
      });
    },
    pause: async () => void signal(running(), "SIGSTOP"),
    resume: async () => void signal(running(), "SIGCONT"),
  };
}
