import { Agent, request } from "node:https";
import { parse } from "yaml";
import { type Duration, seconds } from "../base/duration.ts";

/** How the worker reaches the API server: what a kubeconfig says, with credentials inline. */
export interface ClusterAccess {
  /** Status code and body; 0 when there was no answer. Never throws. */
  send(method: "GET" | "DELETE", path: string): Promise<Answer>;
  close(): void;
}

export interface Answer {
  readonly code: number;
  readonly body: string;
}

interface KubeConfig {
  readonly "current-context"?: string;
  readonly contexts?: readonly { name: string; context: { cluster: string; user: string } }[];
  readonly clusters?: readonly { name: string; cluster: Readonly<Record<string, unknown>> }[];
  readonly users?: readonly { name: string; user: Readonly<Record<string, unknown>> }[];
}

const LARGEST_ANSWER = 8 * 1024 * 1024;
const DEADLINE = seconds(10);

/**
 * Opens a connection with the rights of a kubeconfig whose certificates, key and token are inline.
 * The worker has its own small client, because the controller's would cost each worker 85 MB.
 * @throws TypeError for a text that is no such kubeconfig
 */
export function openCluster(kubeconfig: string, deadline: Duration = DEADLINE): ClusterAccess {
  const { server, options, token } = readKubeconfig(kubeconfig);
  const agent = new Agent({ keepAlive: true, maxSockets: 4, ...options });
  return {
    send: (method, path) => send(agent, new URL(path, server), method, token, deadline),
    close: () => agent.destroy(),
  };
}

function readKubeconfig(text: string): { server: URL; options: Record<string, unknown>; token?: string } {
  const config = parse(text) as KubeConfig | null;
  const context =
    config?.contexts?.find((c) => c.name === config["current-context"]) ?? config?.contexts?.[0];
  const cluster = config?.clusters?.find((c) => c.name === context?.context.cluster)?.cluster;
  const user = config?.users?.find((u) => u.name === context?.context.user)?.user;
  if (typeof cluster?.server !== "string" || user === undefined)
    throw new TypeError("the kubeconfig names no cluster and user in its current context");
  const server = new URL(cluster.server);
  if (server.protocol !== "https:") throw new TypeError("the kubeconfig's server must be https");
  const decoded = (value: unknown): Buffer | undefined =>
    typeof value === "string" ? Buffer.from(value, "base64") : undefined;
  return {
    server,
    options: {
      ca: decoded(cluster["certificate-authority-data"]),
      cert: decoded(user["client-certificate-data"]),
      key: decoded(user["client-key-data"]),
      rejectUnauthorized: cluster["insecure-skip-tls-verify"] !== true,
      ...(typeof cluster["tls-server-name"] === "string" ? { servername: cluster["tls-server-name"] } : {}),
    },
    ...(typeof user.token === "string" ? { token: user.token } : {}),
  };
}

function send(
  agent: Agent,
  url: URL,
  method: string,
  token: string | undefined,
  deadline: Duration,
): Promise<Answer> {
  return new Promise((resolve) => {
    const failed = (error: Error): void => resolve({ code: 0, body: error.message });
    const headers = {
      accept: "application/json",
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    };
    const outgoing = request(
      url,
      { agent, method, headers, signal: AbortSignal.timeout(deadline) },
      (answer) => {
        const parts: Buffer[] = [];
        let size = 0;
        answer.on("data", (part: Buffer) => {
          size += part.length;
          if (size > LARGEST_ANSWER)
            outgoing.destroy(new Error("the API server's answer is larger than 8 MiB"));
          else parts.push(part);
        });
        answer.on("end", () =>
          resolve({ code: answer.statusCode ?? 0, body: Buffer.concat(parts).toString("utf8") }),
        );
        answer.on("error", failed);
      },
    );
    outgoing.on("error", failed);
    outgoing.end();
  });
}
