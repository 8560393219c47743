/**
 * Prometheus' `http_sd` server of the local cluster: asks the API server each second for running pods and answers
 * with their addresses. Debian's Prometheus is built without Kubernetes discovery.
 *
 * Usage: node discovery-server.ts KUBECONFIG ADDRESS PORT
 */
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { Agent, get } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import { type Pod, readTargets, type TargetGroup } from "./discovery.ts";

type Config = {
  readonly clusters: readonly { readonly cluster: Readonly<Record<string, string>> }[];
  readonly users: readonly { readonly user: Readonly<Record<string, string>> }[];
};

const [kubeconfig = "", address = "127.0.0.1", port = "9099"] = process.argv.slice(2);
const config = JSON.parse(readFileSync(kubeconfig, "utf8")) as Config;
const cluster = config.clusters[0]?.cluster ?? {};
const user = config.users[0]?.user ?? {};
const pem = (base64: string | undefined): Buffer => Buffer.from(base64 ?? "", "base64");

const agent = new Agent({
  keepAlive: true,
  maxSockets: 1,
  ca: pem(cluster["certificate-authority-data"]),
  cert: pem(user["client-certificate-data"]),
  key: pem(user["client-key-data"]),
});
// resourceVersion=0: answered from the API server's cache, without a read from etcd
const url = `${cluster.server}/api/v1/pods?resourceVersion=0`;

function listPods(): Promise<readonly Pod[]> {
  return new Promise((resolve, reject) => {
    const request = get(url, { agent, timeout: 2_000 }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        const body = Buffer.concat(chunks).toString("utf8");
        if (response.statusCode !== 200) return reject(new Error(`list pods: ${response.statusCode}`));
        resolve((JSON.parse(body) as { readonly items: readonly Pod[] }).items);
      });
    });
    request.on("timeout", () => request.destroy(new Error("list pods: no answer within 2s")));
    request.on("error", reject);
  });
}

let targets: readonly TargetGroup[] | undefined;
let failure = "";

const server = createServer((request, response) => {
  const known = targets !== undefined;
  response.writeHead(known ? 200 : 503, { "content-type": "application/json" });
  // Before the first list there is no answer: an empty one would make Prometheus drop what it knows.
  response.end(
    request.url === "/targets" ? JSON.stringify(targets ?? []) : known ? "ok" : "no list of pods yet",
  );
});
server.listen(Number(port), address);

for (;;) {
  try {
    targets = readTargets(await listPods());
    failure = "";
  } catch (error) {
    // The last list stays: pods do not stop because the API server is away. Said once, not each second.
    const text = error instanceof Error ? error.message : String(error);
    if (text !== failure) process.stderr.write(`${new Date().toISOString()} ${text}\n`);
    failure = text;
  }
  await sleep(1_000);
}
