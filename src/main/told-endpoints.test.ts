import { afterEach, beforeEach, expect, it } from "vitest";
import { RudeServer, reply, status } from "../../test/support/rude-server.ts";
import { connect } from "../../test/support/short-connection.ts";
import { silentLog } from "../ports/log.ts";
import { systemClock } from "../telemetry/system-clock.ts";
import { toldEndpoints } from "./told-endpoints.ts";

let server: RudeServer;
beforeEach(async () => {
  server = await RudeServer.start();
});
afterEach(() => server.stop());

const ask = () => toldEndpoints(connect(server, { clock: systemClock }).transport, silentLog);
const tells = (...addresses: readonly string[]) =>
  server.use(({ path }, response) =>
    path !== "/api"
      ? undefined
      : reply(response, 200, {
          kind: "APIVersions",
          serverAddressByClientCIDRs: addresses.map((serverAddress) => ({
            clientCIDR: "0.0.0.0/0",
            serverAddress,
          })),
        }),
  );

it("reads addresses of both families, with and without a port, and passes over names", async () => {
  tells("172.18.0.2:6443", "[fd00::2]:6443", "10.0.0.1", "api.example.com:6443", "");
  expect(await ask()).toEqual([
    { address: "172.18.0.2", port: 6443 },
    { address: "fd00::2", port: 6443 },
    { address: "10.0.0.1", port: 443 },
  ]);
});

it("knows of none where the server does not tell", async () => {
  server.use((_, response) => reply(response, 403, status(403, "Forbidden", "no")));
  expect(await ask()).toEqual([]);
});
