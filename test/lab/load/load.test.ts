import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { seconds } from "../../../src/base/duration.ts";
import { until } from "../../support/until.ts";
import { Load } from "./load.ts";

const servers: ReturnType<typeof createServer>[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

async function serve(answer: (n: number) => number): Promise<{ url: string; sockets: () => number }> {
  let requests = 0;
  let sockets = 0;
  const server = createServer((request, response) => {
    const status = answer(++requests);
    if (status === 0) request.socket.destroy();
    else response.writeHead(status, { "x-version": "v1" }).end("ok");
  });
  server.on("connection", () => sockets++);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, sockets: () => sockets };
}

test("requests go out at the asked rate, and what is lost is counted with its cause", async () => {
  const server = await serve((n) => (n === 20 ? 0 : n === 30 ? 503 : 200));
  // The server is this process, which may wait for a core for seconds: nothing else is to be lost by that.
  const load = new Load({ gatewayUrl: server.url }, { host: "shop.example", rate: 50, timeout: seconds(25) });
  await until("100 answers are in", () => load.answers.count >= 100);
  const { requests, lost, causes } = (await load.stop()).figures();
  expect(lost).toBe(2);
  expect(Object.keys(causes).sort()).toEqual(["503 from v1", "UND_ERR_SOCKET"]);
  const shots = load.answers.within().map((shot) => shot.due);
  const span = Math.max(...shots) - Math.min(...shots);
  expect(requests).toBe(Math.round(span / 20) + 1);
  expect(server.sockets()).toBeGreaterThan(requests / 10); // one of ten on a connection of its own
});

test("answers that do not come hold nothing back", async () => {
  const server = createServer(() => undefined);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const gatewayUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const load = new Load({ gatewayUrl }, { host: "shop.example", rate: 200, timeout: seconds(0.5) });
  await until("100 requests have timed out", () => load.answers.count >= 100);
  const { requests, lost, causes } = (await load.stop()).figures();
  expect(lost).toBe(requests);
  expect(Object.keys(causes)).toEqual(["TimeoutError"]);
});
