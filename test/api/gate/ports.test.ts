import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { check as checkSchema } from "../../../src/api/check.ts";
import { AddressPolicy } from "../../../src/net/address-policy.ts";
import type { Look } from "../../../src/ports/checks.ts";
import { kubeCandidateCluster } from "../../../src/probes/candidate-cluster.ts";
import { PortsChecker } from "../../../src/probes/security/ports.ts";
import { lookContext } from "../../support/look-context.ts";
import { until } from "../../support/until.ts";
import { CandidateBench } from "./candidate-bench.ts";

const NODE_IMAGE = "localhost/node:24";
const LISTEN = 'require("node:net").createServer((s) => s.destroy()).listen(port, "0.0.0.0")';

describe("a ports check in a real cluster", () => {
  const cluster = new CandidateBench();
  const { bench } = cluster;
  const checker = new PortsChecker(kubeCandidateCluster(bench.client), new AddressPolicy().slot);
  const node = (...ports: number[]) => ({
    image: NODE_IMAGE,
    container: { command: ["node", "-e", `for (const port of ${JSON.stringify(ports)}) ${LISTEN}`] },
  });

  beforeAll(async () => {
    await cluster.start();
    await Promise.all([
      cluster.serve("healthy", node(8080)),
      cluster.serve("debugged", node(8080, 9229)),
      cluster.serve("offering", {
        ...node(8080),
        ports: [
          { name: "http", port: 80, targetPort: 8080 },
          { name: "admin", port: 9000, targetPort: 9000 },
        ],
      }),
    ]);
  });
  afterAll(async () => void (await cluster.stop()));

  const look = (service: string, ports: object = {}): Promise<Look> =>
    checker.look(
      lookContext(checkSchema.parse({ name: "ports", ports }), {
        namespace: bench.namespace,
        target: { service },
      }),
    );

  it("passes a pod that listens where its Service leads to, and only there", async () => {
    let seen: Look | undefined;
    const listening = async (): Promise<boolean> => {
      seen = await look("healthy", { require: [8080] });
      return seen.kind === "outcome" && seen.state === "passed";
    };
    await until(`it passes; it is ${JSON.stringify(seen)}`, listening, 30_000);
    expect(seen).toMatchObject({ reason: "PortsAsAllowed", evidence: expect.stringContaining("open 8080") });
  });

  it("finds a debugger's port", async () => {
    const found = async (): Promise<boolean> => {
      const seen = await look("debugged");
      return (
        seen.kind === "outcome" && seen.state === "failed" && seen.message.startsWith("port 9229 is open")
      );
    };
    await until("it is found", found, 30_000);
  });

  it("finds a port that only the Service offers", async () => {
    expect(await look("offering", { allow: [8080] })).toMatchObject({
      state: "failed",
      reason: "UnexpectedPort",
      message: "the Service offers port 9000, which is not allowed",
    });
  });
});
