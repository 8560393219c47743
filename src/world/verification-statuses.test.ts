import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { reply } from "../../test/support/rude-server.ts";
import { WorldBench } from "../../test/support/world-bench.ts";
import type { Verification, VerificationStatus } from "../api/verification.ts";
import { VerificationStatuses } from "./verification-statuses.ts";

/** As the gate knows it from the watch. */
const seen = (resourceVersion: string, uid = "u1") =>
  ({ metadata: { namespace: "ns", name: "shop-weight-20", uid, resourceVersion } }) as Verification;
const STATUS = { phase: "Running" } as unknown as VerificationStatus;

describe("statuses of Verifications", () => {
  let bench: WorldBench;
  let statuses: VerificationStatuses;
  /** What the API server has; the next write that is accepted gets the next number. */
  let version: number;
  let uid: string;
  /** Versions that the watch is held against. */
  let told: string[];
  beforeEach(async () => {
    bench = await WorldBench.start();
    told = [];
    statuses = new VerificationStatuses(bench.client, {
      expect: ({ metadata }) => void told.push(metadata.resourceVersion ?? ""),
    });
    [version, uid] = [7, "u1"];
    bench.server.use((request, response) => {
      if (request.method !== "PATCH") return undefined;
      const [{ value }] = JSON.parse(String(request.body)) as [{ value: string }];
      if (value !== `${version}`)
        return reply(response, 409, { kind: "Status", reason: "Conflict", code: 409 });
      version += 1;
      const metadata = { ...seen(`${version}`, uid).metadata };
      return reply(response, 200, { apiVersion: "bascule.dev/v1alpha1", kind: "Verification", metadata });
    });
  });
  afterEach(() => bench.stop());

  const written = () => bench.server.requests.filter(({ method }) => method === "PATCH").length;

  it("go over what was written before, although the watch has not shown that", async () => {
    await statuses.write(seen("7"), STATUS);
    await statuses.write(seen("7"), STATUS);
    expect([version, written()]).toEqual([9, 2]);
    expect(told).toEqual(["8", "9"]);
  });

  it("go over what others have written as soon as that is seen, and never before", async () => {
    await statuses.write(seen("7"), STATUS);
    version = 11; // somebody else's
    await expect(statuses.write(seen("7"), STATUS)).rejects.toMatchObject({ kind: "conflict" });
    await statuses.write(seen("11"), STATUS);
    expect(version).toBe(12);
  });

  it("of another object of the same name know nothing of the former one", async () => {
    await statuses.write(seen("7"), STATUS);
    [version, uid] = [3, "u2"];
    await statuses.write(seen("3", "u2"), STATUS);
    expect(version).toBe(4);
  });
});
