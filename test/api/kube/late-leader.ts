/**
 * A process that takes part in an election and, while it leads, writes as fast as it can, without ever asking whether
 * it may: what keeps a late leader from writing has to be below it. Says what happens in JSON lines on standard output.
 */
import { seconds } from "../../../src/base/duration.ts";
import { KubeClient } from "../../../src/kube/client.ts";
import { loadCredentials } from "../../../src/kube/credentials.ts";
import type { Fence } from "../../../src/kube/fence.ts";
import { Transport } from "../../../src/kube/transport.ts";
import { Election, type Term } from "../../../src/main/election.ts";
import { silentLog } from "../../../src/ports/log.ts";
import { systemClock } from "../../../src/telemetry/system-clock.ts";
import { CONFIG_MAPS } from "./bench.ts";

const [identity = "", namespace = "", duration = "4"] = process.argv.slice(2);
const connection = { credentials: loadCredentials(), clock: systemClock };
const transport = new Transport(connection);
const say = (what: string): void => void process.stdout.write(`${JSON.stringify({ what })}\n`);

/** Writers side by side, so that at any moment some are waiting for an answer and one is about to send. */
const WRITERS = 4;

function begin(fence: Fence): Term {
  const client = new KubeClient(transport.fenced(fence), { fieldManager: identity });
  let n = 0;
  let stopping = false;
  const write = async (): Promise<void> => {
    while (!stopping) {
      n += 1;
      const patch = { data: { by: identity, n: String(n) } };
      const answer = await client.mergePatch(CONFIG_MAPS, { namespace, name: "written" }, patch);
      if (answer.ok) continue;
      say(`refused: ${answer.error.kind}`);
      if (answer.error.kind === "fenced") return;
    }
  };
  const writing = Promise.all(Array.from({ length: WRITERS }, write));
  say("begins");
  return {
    async end() {
      stopping = true;
      await writing;
    },
    async abandon() {
      await writing;
      say("abandoned");
    },
  };
}

const election = new Election({
  client: new KubeClient(new Transport(connection), { fieldManager: identity }),
  clock: systemClock,
  ...{ namespace, identity, begin },
  log: { ...silentLog, info: (fields) => "leader" in fields && say(`stands by for ${fields.leader}`) },
  duration: seconds(Number(duration)),
  onChange: (leads) => say(leads ? "leads" : "stands by"),
  onBroken: (cause) => {
    throw cause;
  },
});
process.once("SIGTERM", () => void election.stop().then(() => process.exit(0)));
election.start();
