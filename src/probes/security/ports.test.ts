import { createServer, type Server } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { lookContext } from "../../../test/support/look-context.ts";
import { MemoryCandidate, serviceOf } from "../../../test/support/memory-candidate.ts";
import { pod } from "../../../test/support/pod-samples.ts";
import { check as checkSchema } from "../../api/check.ts";
import { AddressPolicy } from "../../net/address-policy.ts";
import type { LookContext } from "../../ports/checks.ts";
import { PortsChecker } from "./ports.ts";

const QUICK = { atOnce: 64, perSecond: 100_000, patience: 2_000 };
const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
});

/** Listens on an address of loopback, as a pod does on its own. */
async function listen(host: string, port = 0): Promise<number> {
  const server = createServer((socket) => socket.destroy());
  servers.push(server);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

const at = (...ips: string[]) => ({ ...pod(), status: { podIPs: ips.map((ip) => ({ ip })) } });
const look = (cluster: MemoryCandidate, ports: object, more: Partial<LookContext> = {}, limits = QUICK) =>
  new PortsChecker(cluster, new AddressPolicy().slot, limits).look(
    lookContext(checkSchema.parse({ name: "ports", ports }), more),
  );

describe("a ports check", () => {
  it("passes pods whose open ports are allowed, and tells them", async () => {
    const port = await listen("127.0.0.41");
    expect(await look(new MemoryCandidate([at("127.0.0.41")]), { allow: [port, 8080] })).toMatchObject({
      state: "passed",
      reason: "PortsAsAllowed",
      evidence: `shop-green-0 127.0.0.41: open ${port}`,
    });
  });

  it("finds a port that one of several pods has open, by pod and number", async () => {
    const port = await listen("127.0.0.41");
    await listen("127.0.0.42", port);
    const extra = await listen("127.0.0.42");
    const cluster = new MemoryCandidate([at("127.0.0.41"), at("127.0.0.42")]);
    expect(await look(cluster, { allow: [port, 8080], scan: [extra] })).toMatchObject({
      state: "failed",
      reason: "UnexpectedPort",
      message: `port ${extra} is open and not allowed (pod shop-green-1)`,
    });
  });

  it("finds a required port that is not open, and a Service's port that is not allowed", async () => {
    const cluster = new MemoryCandidate([at("127.0.0.41")]);
    cluster.services.set(
      "shop-green",
      serviceOf("shop-green", { ports: [{ port: 9999, targetPort: 9999 }] }),
    );
    expect(await look(cluster, { allow: [1], require: [2] })).toMatchObject({
      state: "failed",
      reason: "MissingPort",
      message: expect.stringContaining("the Service offers port 9999"),
    });
  });

  it("decides nothing about a pod that has no address, or that never answers", async () => {
    expect(await look(new MemoryCandidate([pod()]), {})).toMatchObject({
      kind: "nothing",
      reason: "NotStarted",
    });
    const nowhere = new PortsChecker(new MemoryCandidate([at("127.0.0.41")]), {
      problemOf: () => "filtered",
    });
    const seen = await nowhere.look(lookContext(checkSchema.parse({ name: "ports", ports: {} })));
    expect(seen).toMatchObject({ kind: "unreadable", reason: "PodUnreachable" });
  });

  it("decides nothing when the scan takes too long, and ends", async () => {
    const slow = { ...QUICK, perSecond: 50 };
    expect(await look(new MemoryCandidate([at("127.0.0.41")]), { timeout: "200ms" }, {}, slow)).toMatchObject(
      {
        kind: "unreadable",
        reason: "ScanTooLong",
      },
    );
  });

  it("throws when it is aborted", async () => {
    const abort = new AbortController();
    const scanning = look(
      new MemoryCandidate([at("127.0.0.41")]),
      {},
      { signal: abort.signal },
      { ...QUICK, perSecond: 50 },
    );
    const outcome = expect(scanning).rejects.toThrow("enough");
    abort.abort(new Error("enough"));
    await outcome;
  });
});
