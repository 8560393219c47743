/** A namespace of the running cluster with a service account, and a stack runner with everything real. */
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { parse } from "yaml";
import { type Duration, minutes, seconds } from "../../src/base/duration.ts";
import { KubeClient } from "../../src/kube/client.ts";
import { loadCredentials } from "../../src/kube/credentials.ts";
import { Transport } from "../../src/kube/transport.ts";
import type { Log } from "../../src/ports/log.ts";
import type { StackOutcome, StackRequest } from "../../src/ports/stacks.ts";
import { kubeLeases } from "../../src/stacks/kube-lease.ts";
import { type ClusterAddress, serviceAccountTokens } from "../../src/stacks/kube-token.ts";
import { StackRunner } from "../../src/stacks/runner.ts";
import type { StackRunnerOptions } from "../../src/stacks/runner-options.ts";
import { SecretStates } from "../../src/stacks/state/secret-states.ts";
import { systemClock } from "../../src/telemetry/system-clock.ts";
import { type Cluster, DEFAULT_NAME, openCluster, readClusterName } from "../cluster/index.ts";

const run = promisify(execFile);
export const PLAN = "shop";

export interface Bench {
  readonly cluster: Cluster;
  readonly namespace: string;
  /** Folder of the runner: state, work directories, scratch files. */
  readonly home: string;
  readonly client: KubeClient;
  readonly address: ClusterAddress;
  kubectl(...args: readonly string[]): Promise<string>;
  /** Applies a manifest in the namespace. */
  put(manifest: object, ...args: readonly string[]): Promise<void>;
  /** An object as JSON; undefined when there is none. */
  get(kind: string, name: string): Promise<LiveJson | undefined>;
  /** A runner over this bench's state, which is kept in the cluster or in a folder; closed with the bench. */
  runner(options?: Partial<StackRunnerOptions>, backend?: "cluster" | "file"): StackRunner;
  /** The states of this bench, in Secrets of its namespace. */
  readonly states: SecretStates;
  /** Arguments of every CLI process since the last call. */
  calls(): readonly string[];
  close(): Promise<void>;
}

// biome-ignore lint/suspicious/noExplicitAny: whatever the API server holds; tests look at single fields.
export type LiveJson = any;

/** Puts a namespace with rights into the cluster that BASCULE_CLUSTER names. */
export async function openBench(): Promise<Bench> {
  const cluster = await openCluster(readClusterName(process.env.BASCULE_CLUSTER ?? DEFAULT_NAME));
  const namespace = `stacks-${randomBytes(4).toString("hex")}`;
  const home = mkdtempSync(join(tmpdir(), "bascule-stacks-"));
  mkdirSync(join(home, "bin"));
  writeFileSync(join(home, "passphrase"), randomBytes(16).toString("hex"), { mode: 0o600 });
  const record = recordingCli(join(home, "bin"), cluster.programs.pulumi);
  const runners = new Set<StackRunner>();
  const credentials = loadCredentials({ kubeconfig: cluster.kubeconfig });
  const client = new KubeClient(new Transport({ credentials, clock: systemClock }), { fieldManager: "test" });
  const kubectl = async (...args: readonly string[]): Promise<string> =>
    (
      await run(cluster.programs.kubectl, ["--kubeconfig", cluster.kubeconfig, "-n", namespace, ...args], {
        maxBuffer: 16 * 1024 * 1024,
      })
    ).stdout;
  const put = async (manifest: object, ...args: readonly string[]): Promise<void> => {
    const file = join(home, `manifest-${randomBytes(4).toString("hex")}.json`);
    writeFileSync(file, JSON.stringify(manifest));
    await kubectl("apply", "-f", file, ...args);
  };
  await run(cluster.programs.kubectl, ["--kubeconfig", cluster.kubeconfig, "create", "namespace", namespace]);
  await put(RIGHTS);
  const address = readAddress(cluster.kubeconfig);
  const states = new SecretStates({ client, namespace, identity: "test", now: systemClock.now });
  return {
    cluster,
    states,
    namespace,
    home,
    client,
    address,
    kubectl,
    put,
    get: async (kind, name) => {
      const text = await kubectl("get", kind, name, "-o", "json", "--ignore-not-found");
      return text === "" ? undefined : JSON.parse(text);
    },
    runner: (options = {}, backend = "cluster") => {
      const runner = new StackRunner({
        clock: systemClock,
        paths: {
          pulumi: record.cli,
          providerFolder: dirname(cluster.programs.pulumiKubernetes),
          home,
          passphraseFile: join(home, "passphrase"),
        },
        acquireLease: kubeLeases({
          client,
          clock: systemClock,
          namespace,
          identity: `test-${randomBytes(6).toString("hex")}`,
        }),
        ...(backend === "cluster" ? { states } : {}),
        token: serviceAccountTokens(client, address),
        grace: seconds(10),
        log: failuresToConsole,
        ...options,
      });
      runners.add(runner);
      return runner;
    },
    calls: record.calls,
    close: async () => {
      await Promise.all([...runners].map((runner) => runner.close(seconds(5))));
      await kubectl("delete", "namespace", namespace, "--wait=false");
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** What a plan's service account needs for `web-service` and the entry stack. */
const RIGHTS = {
  apiVersion: "v1",
  kind: "List",
  items: [
    { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "bascule" } },
    { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "nobody" } },
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "Role",
      metadata: { name: "bascule" },
      rules: [
        {
          apiGroups: ["", "apps", "policy", "autoscaling", "networking.k8s.io", "gateway.networking.k8s.io"],
          resources: [
            "configmaps",
            "secrets",
            "services",
            "serviceaccounts",
            "deployments",
            "statefulsets",
            "poddisruptionbudgets",
            "horizontalpodautoscalers",
            "networkpolicies",
            "httproutes",
          ],
          verbs: ["get", "list", "watch", "create", "update", "patch", "delete"],
        },
      ],
    },
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "RoleBinding",
      metadata: { name: "bascule" },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "bascule" },
      subjects: [{ kind: "ServiceAccount", name: "bascule" }],
    },
  ],
};

/** Puts a `pulumi` that notes its arguments before the real one. */
function recordingCli(folder: string, real: string): { cli: string; calls: () => readonly string[] } {
  const [cli, file] = [join(folder, "pulumi"), join(folder, "calls")];
  writeFileSync(cli, `#!/bin/sh\necho "$*" >> '${file}'\nexec '${real}' "$@"\n`);
  chmodSync(cli, 0o755);
  return {
    cli,
    calls: () => {
      const lines = existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
      rmSync(file, { force: true });
      // A worker asks for the version once when it starts; that belongs to no operation.
      return lines.filter((line) => line !== "" && !line.startsWith("version"));
    },
  };
}

function readAddress(kubeconfig: string): ClusterAddress {
  const { clusters } = parse(readFileSync(kubeconfig, "utf8"));
  const { server, "certificate-authority-data": ca } = clusters[0].cluster;
  return { server, ca: Buffer.from(ca, "base64").toString("utf8") };
}

const failuresToConsole: Log = {
  debug() {},
  info() {},
  warn: (fields, message) => console.warn(message, fields),
  error: (fields, message) => console.error(message, fields),
};

type Settled = Exclude<StackOutcome, { state: "running" }>;

/** Asks for an operation and waits for its outcome. */
export function settle(runner: StackRunner, request: StackRequest): Promise<Settled> {
  return new Promise((resolve) => {
    const look = (key: string): void => {
      const outcome = key === request.key ? runner.outcome(key) : undefined;
      if (outcome && outcome.state !== "running") resolve(outcome);
    };
    runner.onSettled(look);
    runner.ensure(request);
    look(request.key);
  });
}

let sequence = 0;

export interface SlotChoice {
  readonly release?: string;
  readonly image?: string;
  readonly values?: Readonly<Record<string, unknown>>;
  readonly program?: string;
  readonly operation?: StackRequest["operation"];
  readonly account?: string;
  readonly deadline?: Duration;
  readonly slot?: "blue" | "green";
}

/** A request for a slot; every call has a key of its own. */
export function slotRequest(namespace: string, choice: SlotChoice = {}): StackRequest {
  const { release = "shop-1", image = "localhost/shop:v1", slot = "blue" } = choice;
  return {
    key: `key-${++sequence}`,
    stack: `${namespace}.${PLAN}.${slot}`,
    operation: choice.operation ?? "apply",
    serviceAccount: { namespace, name: choice.account ?? "bascule" },
    deadline: choice.deadline ?? minutes(2),
    task: {
      kind: "slot",
      program: choice.program ?? "web-service",
      input: {
        namespace,
        plan: PLAN,
        slot,
        release,
        version: "1.0.0",
        images: { main: image },
        values: choice.values ?? { config: { GREETING: "hello" } },
      },
    },
  };
}
