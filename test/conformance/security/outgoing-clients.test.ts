/**
 * Whatever the controller connects to goes through the address policy, or is named here with the reason why not. A new
 * module that can open a connection, and a known one that no longer asks the policy, fails.
 */
import { readFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "../../..");

/** What opens connections: of Node, of the packages that are used, and of the language itself. */
const OPENERS = [
  /from "(?:node:)?(?:https?|http2|net|tls|dgram|dns|dns\/promises)"/,
  /from "(?:undici|axios|@grpc\/[^"]*|ws|got|node-fetch)"/,
  /\bimport\(\s*["'](?:node:)?(?:https?|http2|net|tls|dgram|dns|undici|axios)/,
  /\b(?:fetch|WebSocket|EventSource)\(/,
  /\brequire\(/,
];
/** Imports of types only, and of what does no more than read addresses. */
const HARMLESS = /^import type .*$|^import \{ (?:isIP|BlockList) \} from "node:net";$/gm;

type Reason =
  /** It asks the policy itself, by this text. */
  | { readonly guard: RegExp }
  /** It is given connections, or their rule, by a module that asks. */
  | { readonly given: string }
  /** What it connects to is no business of a plan's author. */
  | { readonly apart: string };

const MODULES: Readonly<Record<string, Reason>> = {
  "src/net/guarded-agent.ts": { guard: /refusalOf\(rule, .*\)[\s\S]*lookup: guardedLookup\(rule, port\)/ },
  "src/net/guarded-lookup.ts": { guard: /rule\.problemOf\(address, port\)/ },
  "src/net/guarded-socket.ts": { guard: /refusalOf\(rule, .*\)[\s\S]*lookup: guardedLookup\(rule, port\)/ },
  "src/metrics/prometheus-api.ts": {
    guard: /refusalOf\(rule, .*\)[\s\S]*lookup: guardedLookup\(rule, at\)/,
  },
  "src/metrics/scrape/scrape-request.ts": {
    given: "src/metrics/scrape/scrape-session.ts asks the rule before each scrape",
  },
  "src/probes/webhook/webhook.ts": { guard: /guardedAgent\(parts\.policy\)/ },
  "src/probes/functional/http-exchange.ts": { guard: /guardedAgent\(/ },
  "src/probes/functional/grpc.ts": { guard: /guardedSocket\(/ },
  "src/probes/functional/grpc-call.ts": { given: "src/probes/functional/grpc.ts gives it a guarded socket" },
  "src/probes/functional/tls-handshake.ts": {
    given: "src/probes/functional/tls.ts gives it a guarded socket",
  },
  "src/probes/functional/dns.ts": { guard: /problemOf\(|refusalOf\(/ },
  "src/probes/load/attack.ts": { guard: /guardedConnector\(/ },
  "src/probes/security/port-scan.ts": {
    given: "src/probes/security/ports.ts asks the rule for each address before it is scanned",
  },
  "src/kube/agents.ts": { apart: "the API server, by the kubeconfig or the pod's account" },
  "src/kube/exchange.ts": { apart: "the API server, by the kubeconfig or the pod's account" },
  "src/stacks/cluster-access.ts": { apart: "the API server, with the token of the plan's account" },
  "src/main/address-policy.ts": { apart: "resolves the API server's own name, to refuse it" },
  "src/server/health.ts": { apart: "listens, and opens nothing" },
  "src/cli/doctor/controller.ts": {
    apart: "a command on a person's machine, with an address of that person",
  },
};

async function openers(): Promise<readonly string[]> {
  const found: string[] = [];
  for (const folder of ["src", "stacks"])
    for (const name of await readdir(join(ROOT, folder), { recursive: true })) {
      const file = `${folder}/${name}`;
      if (!file.endsWith(".ts") || file.endsWith(".test.ts")) continue;
      const text = readFileSync(join(ROOT, file), "utf8").replace(HARMLESS, "");
      if (OPENERS.some((opener) => opener.test(text))) found.push(file);
    }
  return found.sort();
}

test("every module that can open a connection is known, with how it is bounded", async () => {
  expect(await openers()).toEqual(Object.keys(MODULES).sort());
});

test.each(
  Object.entries(MODULES).flatMap(([file, reason]) =>
    "guard" in reason ? [[file, reason.guard] as const] : [],
  ),
)("%s asks the address policy", (file, guard) => {
  expect(readFileSync(join(ROOT, file), "utf8")).toMatch(guard);
});

test.each(
  Object.entries(MODULES).flatMap(([file, reason]) =>
    "given" in reason ? [[file, reason.given] as const] : [],
  ),
)("%s gets what it connects to from a module that asked", (_file, given) => {
  const asker = given.split(" ")[0] ?? "";
  expect(readFileSync(join(ROOT, asker), "utf8")).toMatch(/problemOf\(|guardedSocket\(/);
});

test("no request follows a redirect by itself, and none goes through a proxy of the environment", async () => {
  for (const file of await openers()) {
    const text = readFileSync(join(ROOT, file), "utf8");
    expect(text, file).not.toMatch(
      /maxRedirections: *[1-9]|interceptors\.redirect|EnvHttpProxyAgent|ProxyAgent/,
    );
    if (/from "axios"/.test(text)) {
      expect(text, file).toMatch(/proxy: false/);
      expect(text, file).toMatch(/maxRedirects: 0/);
    }
  }
});
