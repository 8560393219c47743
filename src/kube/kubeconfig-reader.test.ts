import { execFileSync } from "node:child_process";
import { expect, it } from "vitest";

const READER = JSON.stringify(new URL("kubeconfig-reader.ts", import.meta.url).href);

/** Loads the reader in a process of its own and tells which modules of client-node that took. */
const PROBE = `
import { registerHooks } from "node:module";
const loaded = [];
registerHooks({ load(url, context, next) { loaded.push(url); return next(url, context); } });
const { KubeConfig } = await import(${READER});
const config = new KubeConfig();
config.loadFromString(JSON.stringify({
  clusters: [{ name: "c", cluster: { server: "https://one.example" } }],
  contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
  users: [{ name: "u", user: { token: "t" } }],
  "current-context": "x",
}));
const generated = loaded.filter((url) => url.includes("/client-node/dist/gen/"));
const server = config.getCurrentCluster().server;
console.log(JSON.stringify({ server, models: generated.filter((url) => url.includes("/models/")).length,
  apis: generated.filter((url) => /\\/apis\\/[A-Z]/.test(url)).length, reader: loaded.some((url) => url.endsWith("/client-node/dist/config.js")) }));
`;

it("reads kubeconfigs with client-node, without a single module of its generated API", () => {
  const args = ["--input-type=module", "--eval", PROBE];
  const text = execFileSync(process.execPath, args, { encoding: "utf8", timeout: 25_000 });
  expect(JSON.parse(text)).toEqual({ server: "https://one.example", models: 0, apis: 0, reader: true });
}, 30_000);
