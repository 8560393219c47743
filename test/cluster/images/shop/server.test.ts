import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, expect, test } from "vitest";
import { fetchOnce } from "../../smoke/http.ts";

const SERVER = join(import.meta.dirname, "server.ts");
const running: ChildProcess[] = [];

afterEach(() => {
  for (const child of running.splice(0)) child.kill("SIGKILL");
});

function spawnShop(environment: Readonly<Record<string, string>>): ChildProcess {
  const env = { PATH: process.env.PATH, PORT: "0", SHOP_VERSION: "v9", ...environment };
  const child = spawn(process.execPath, [SERVER], { env, stdio: ["ignore", "pipe", "pipe"] });
  running.push(child);
  return child;
}

async function startShop(environment: Readonly<Record<string, string>> = {}) {
  const child = spawnShop(environment);
  if (!child.stdout) throw new Error("no standard output");
  const [line] = (await once(createInterface(child.stdout), "line")) as [string];
  return { child, url: `http://127.0.0.1:${(JSON.parse(line) as { port: number }).port}` };
}

async function statusesOf(url: string, count: number): Promise<readonly number[]> {
  const statuses: number[] = [];
  for (let i = 0; i < count; i += 1) statuses.push((await fetchOnce(url)).status);
  return statuses;
}

test("it answers with its version, and counts neither probes nor scrapes", async () => {
  const { url } = await startShop();
  const answer = await fetchOnce(`${url}/`);
  expect(answer).toMatchObject({ status: 200, version: "v9" });
  expect(JSON.parse(answer.body)).toMatchObject({ version: "v9" });
  expect(await statusesOf(`${url}/healthz`, 3)).toEqual([200, 200, 200]);
  expect((await fetchOnce(`${url}/readyz`)).status).toBe(200);
  const { body } = await fetchOnce(`${url}/metrics`);
  expect(body).toContain('http_requests_total{code="200",method="GET"} 1\n');
  expect(body).toContain('http_request_duration_seconds_bucket{le="+Inf"} 1\n');
});

test("the share of failures is exact in every hundred requests", async () => {
  const { url } = await startShop({ SHOP_FAIL_RATIO: "0.3" });
  for (let round = 0; round < 2; round += 1) {
    expect((await statusesOf(`${url}/`, 100)).filter((status) => status === 500).length).toBe(30);
  }
});

test("the first requests fail when asked to", async () => {
  const { url } = await startShop({ SHOP_FAIL_FIRST: "2" });
  expect(await statusesOf(`${url}/`, 4)).toEqual([500, 500, 200, 200]);
});

test("it is alive but not ready during the start delay", async () => {
  const { url } = await startShop({ SHOP_START_DELAY: "10m" });
  expect((await fetchOnce(`${url}/healthz`)).status).toBe(200);
  expect((await fetchOnce(`${url}/readyz`)).status).toBe(503);
});

test("its readiness is taken away and given back on request, and it answers all the while", async () => {
  const { url } = await startShop();
  for (const [ready, status] of [
    [false, 503],
    [true, 200],
  ] as const) {
    expect((await fetch(`${url}/readyz?ready=${ready}`, { method: "POST" })).status).toBe(status);
    expect(await statusesOf(`${url}/readyz`, 2)).toEqual([status, status]);
    expect((await fetchOnce(`${url}/`)).status).toBe(200);
  }
});

test("SIGTERM lets a running request finish and then ends with code 0", async () => {
  const { child, url } = await startShop({ SHOP_LATENCY: "1s" });
  const answer = fetchOnce(`${url}/`);
  await fetchOnce(`${url}/healthz`); // answered after the first request has been taken
  child.kill("SIGTERM");
  const [code] = await once(child, "exit");
  expect((await answer).status).toBe(200);
  expect(code).toBe(0);
});

test.each([
  [{ SHOP_LATENCY: "fast" }, /SHOP_LATENCY=fast is no time/],
  [{ SHOP_FAIL_RATIO: "3" }, /SHOP_FAIL_RATIO=3 must be between 0 and 1/],
  [{ SHOP_CRASH: "1" }, /ends as asked/],
])("%j ends the program with a reason", async (environment, message) => {
  const child = spawnShop(environment as Record<string, string>);
  let said = "";
  child.stderr?.on("data", (text: Buffer) => {
    said += text.toString();
  });
  const [code] = await once(child, "close");
  expect(code).toBe(1);
  expect(said).toMatch(message);
});
