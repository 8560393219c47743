import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { RudeServer, reply } from "../../test/support/rude-server.ts";
import { AddressPolicy } from "../net/address-policy.ts";
import { PrometheusApi } from "./prometheus-api.ts";

const body = { status: "success", data: { resultType: "scalar", result: [1, "1"] } };
const { signal } = new AbortController();

describe("the address of a Prometheus", () => {
  let server: RudeServer;
  beforeEach(async () => {
    server = await RudeServer.start();
    server.use((_, response) => reply(response, 200, body));
  });
  afterEach(() => server.stop());

  it.each(["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "0x7f.1"])(
    "that a check names may not lead to a forbidden range: %s",
    async (host) => {
      const api = new PrometheusApi({ rule: new AddressPolicy() });
      const answer = await api.query(`http://${host}:${server.port}`, "time()", signal);
      expect(answer).toMatchObject({ ok: false, error: { reason: "ForbiddenAddress" } });
      expect(server.connections).toBe(0);
      api.close();
    },
  );

  it("is connected to when it is the operator's own, or in an allowed range", async () => {
    const own = new PrometheusApi({ rule: new AddressPolicy(), defaultAddress: server.url });
    expect(await own.query(server.url, "time()", signal)).toMatchObject({ ok: true });
    own.close();
    const allowed = new PrometheusApi({ rule: new AddressPolicy({ allow: ["127.0.0.0/8"] }) });
    expect(await allowed.query(`http://127.0.0.1:${server.port}`, "time()", signal)).toMatchObject({
      ok: true,
    });
    allowed.close();
  });
});
