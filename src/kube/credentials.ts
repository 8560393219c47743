import { existsSync } from "node:fs";
import type { RequestOptions } from "node:https";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { CredentialsError } from "./credentials-error.ts";
import { KubeConfig } from "./kubeconfig-reader.ts";
import { tokenFileOf } from "./kubeconfig-token.ts";
import { WatchedFile } from "./watched-file.ts";

type Pem = string | Buffer;

/** What a TLS connection is made with; equal material means that connections can be shared. */
export interface TlsMaterial {
  readonly ca?: Pem | undefined;
  readonly cert?: Pem | undefined;
  readonly key?: Pem | undefined;
  readonly passphrase?: string | undefined;
  readonly servername?: string | undefined;
  /** False only when the kubeconfig says `insecure-skip-tls-verify`. */
  readonly verify: boolean;
}

/** What one request needs; asked for afresh each time, because tokens and certificates rotate. */
export interface Access {
  readonly tls: TlsMaterial;
  readonly headers: Readonly<Record<string, string>>;
}

/** The way into one cluster. */
export interface Credentials {
  /** Base URL of the API server, without a slash at the end. */
  readonly server: string;
  /** The namespace of the context or of the pod. */
  readonly namespace: string;
  /** @throws CredentialsError when no credentials can be obtained */
  access(): Promise<Access>;
}

export interface CredentialsSource {
  /** A kubeconfig named by the user; wins over everything. */
  readonly kubeconfig?: string | undefined;
  /** Context instead of the kubeconfig's current one. */
  readonly context?: string | undefined;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Where the pod's service account is mounted; for tests. */
  readonly serviceAccountRoot?: string;
}

const SERVICE_ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";

/**
 * Finds credentials: the named kubeconfig, `KUBECONFIG`, the pod's service account, `~/.kube/config`, in this order.
 * @throws CredentialsError that says what was looked for and what to do
 */
export function loadCredentials(source: CredentialsSource = {}): Credentials {
  const env = source.env ?? process.env;
  const root = source.serviceAccountRoot ?? "";
  const token = `${root}${SERVICE_ACCOUNT}/token`;
  if (source.kubeconfig) return new KubeconfigCredentials([source.kubeconfig], source.context);
  const named = (env.KUBECONFIG ?? "").split(delimiter).filter((path) => path !== "");
  if (named.length > 0) return new KubeconfigCredentials(named, source.context);
  if (env.KUBERNETES_SERVICE_HOST && existsSync(token)) return new KubeconfigCredentials([], undefined, root);
  const home = join(env.HOME ?? homedir(), ".kube", "config");
  if (existsSync(home)) return new KubeconfigCredentials([home], source.context);
  throw new CredentialsError(
    `no way into a cluster: KUBECONFIG is not set, there is no ${home} and this is no pod with a service account; name a kubeconfig`,
  );
}

/** Reads with client-node, which knows every form of kubeconfig; files are read again when they change. */
class KubeconfigCredentials implements Credentials {
  readonly server: string;
  readonly namespace: string;
  readonly #files: readonly WatchedFile[];
  readonly #context: string | undefined;
  readonly #root: string;
  #config: KubeConfig;
  #token: WatchedFile | undefined;

  constructor(paths: readonly string[], context: string | undefined, root = "") {
    this.#files = paths.map((path) => new WatchedFile(path));
    this.#context = context;
    this.#root = root;
    this.#config = this.#load();
    this.server = this.#server();
    const at = this.#config.getContextObject(this.#config.getCurrentContext());
    this.namespace = at?.namespace?.trim() || "default";
  }

  async access(): Promise<Access> {
    if (this.#files.some((file) => file.changed)) this.#reload();
    const options: RequestOptions = {};
    try {
      await this.#config.applyToHTTPSOptions(options);
    } catch (cause) {
      // The cause is dropped on purpose: the output of a credential plugin may hold a secret.
      throw new CredentialsError(`credentials could not be obtained${this.#plugin()} (${codeOf(cause)})`);
    }
    const headers = headersOf(options);
    // client-node caches token files (for a minute, or for ever); the file itself is the truth.
    if (this.#token) headers.Authorization = `Bearer ${this.#readToken(this.#token)}`;
    return { tls: tlsOf(options), headers };
  }

  /** A file in the middle of being replaced keeps the old configuration for this request. */
  #reload(): void {
    try {
      this.#config = this.#load();
    } catch {
      return;
    }
    if (this.#server() !== this.server)
      throw new CredentialsError(`the kubeconfig now names the server ${this.#server()}; restart to use it`);
  }

  #load(): KubeConfig {
    const config = new KubeConfig();
    try {
      if (this.#files.length === 0) config.loadFromCluster(this.#root);
      for (const [index, file] of this.#files.entries()) {
        file.read();
        const one = index === 0 ? config : new KubeConfig();
        one.loadFromFile(file.path);
        if (index > 0) config.mergeConfig(one, true);
      }
    } catch (cause) {
      const paths = this.#files.map((file) => file.path).join(", ");
      throw new CredentialsError(`the kubeconfig ${paths} can't be read (${codeOf(cause)})`);
    }
    if (this.#context !== undefined) config.setCurrentContext(this.#context);
    const user = config.getCurrentUser();
    const inPod = this.#files.length === 0 ? `${this.#root}${SERVICE_ACCOUNT}/token` : undefined;
    const path = inPod ?? (user ? tokenFileOf(this.#files, user.name) : undefined);
    if (path !== this.#token?.path) this.#token = path === undefined ? undefined : new WatchedFile(path);
    return config;
  }

  #server(): string {
    const cluster = this.#config.getCurrentCluster();
    if (!cluster?.server) {
      const context = this.#config.getCurrentContext() || "(none)";
      throw new CredentialsError(
        `context "${context}" names no cluster; choose one of the kubeconfig's contexts`,
      );
    }
    if (cluster.proxyUrl)
      throw new CredentialsError(
        `cluster "${cluster.name}" sets proxy-url, which is not supported; remove it`,
      );
    return cluster.server.replace(/\/+$/, "");
  }

  #readToken(file: WatchedFile): string {
    try {
      return file.read().trim();
    } catch (cause) {
      throw new CredentialsError(`the token file ${file.path} can't be read (${codeOf(cause)})`);
    }
  }

  #plugin(): string {
    const exec: unknown = this.#config.getCurrentUser()?.exec;
    const command = typeof exec === "object" && exec !== null && "command" in exec ? exec.command : undefined;
    return typeof command === "string" ? ` from the plugin "${command}"; run it by hand to see why` : "";
  }
}

/** The same cluster as seen with somebody's bearer token: TLS trust stays, every own identity is dropped. */
export const withBearerToken = (base: Credentials, token: string): Credentials => ({
  server: base.server,
  namespace: base.namespace,
  async access() {
    const { tls } = await base.access();
    const trust = { ca: tls.ca, servername: tls.servername, verify: tls.verify };
    return { tls: trust, headers: { Authorization: `Bearer ${token}` } };
  },
});

function headersOf(options: RequestOptions): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(options.headers ?? {}))
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(",") : String(value);
  if (options.auth) headers.Authorization = `Basic ${Buffer.from(options.auth).toString("base64")}`;
  return headers;
}

const tlsOf = (options: RequestOptions): TlsMaterial => ({
  ca: options.ca as Pem | undefined,
  cert: options.cert as Pem | undefined,
  key: options.key as Pem | undefined,
  passphrase: options.passphrase,
  servername: options.servername,
  verify: options.rejectUnauthorized !== false,
});

const codeOf = (cause: unknown): string =>
  cause instanceof Error ? String((cause as NodeJS.ErrnoException).code ?? cause.name) : "unknown";
