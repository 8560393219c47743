import { describe, expect, it } from "vitest";
import { adoptedObservation } from "../../../test/api/cli/support/adopted.ts";
import { memoryPorts, runWith } from "../../../test/api/cli/support/bench.ts";
import type { AnyObject } from "../../../test/api/cli/support/memory-api.ts";
import { memoryBench } from "../../../test/api/cli/support/memory-bench.ts";
import { EXIT } from "../exit-codes.ts";

const bench = memoryBench();
type Given = Parameters<typeof adoptedObservation>;

/** Runs the command where the controller would see what is given. */
function adopt(line: string, ...given: Given) {
  const seen = adoptedObservation(...given);
  bench.api.put(seen.observed.plan as unknown as AnyObject);
  const ports = { ...memoryPorts(bench.api), observe: () => Promise.resolve(seen) };
  return runWith(ports, ["adopt", "shop", ...line.split(" ").filter((w) => w !== "")]);
}

describe("adopt --finish", () => {
  it("writes the level into the plan under the name that the API server gives us, and nothing else", async () => {
    const ran = await adopt("--finish --reason moved");
    expect(ran).toMatchObject({ exit: EXIT.ok, err: "" });
    expect(bench.api.writes).toHaveLength(1);
    expect(bench.api.writes[0]?.query.get("fieldValidation")).toBe("Strict");
    expect(bench.api.writes[0]?.body).toEqual({
      metadata: { uid: "uid-of-shop" },
      spec: {
        traffic: { finishAdoption: { service: "storefront", by: "alice@example.com", reason: "moved" } },
      },
    });
    expect(ran.out).toContain("its selector moves from app=storefront to slot blue, with 4 ready replicas");
    expect(ran.out).toContain("its ports stay: 80 to 8080");
    expect(ran.out).toContain("may be removed by their owner");
  });

  it("with --dry-run tells the same, has it checked, and stores nothing", async () => {
    const ran = await adopt("--finish --reason moved --dry-run");
    expect(ran.exit).toBe(EXIT.ok);
    expect(ran.out).toContain("would be asked to finish its adoption (dry run)");
    expect(ran.out).toContain("its selector moves from app=storefront to slot blue");
    expect(bench.api.writes.map((w) => w.query.get("dryRun"))).toEqual(["All"]);
    const stored = bench.api.get("ReleasePlan", "shop")?.spec as { readonly traffic: object };
    expect(stored.traffic).not.toHaveProperty("finishAdoption");
  });

  it.each([
    ["release shop-2 is in progress", [{ activeRelease: "shop-2" }]],
    ["leads to TCP port 9090", [{}, { targets: [{ port: 80, target: 9090, protocol: "TCP" }] }]],
    [
      "is the live side until the first release completes",
      [{ liveSlot: "adopted", adoptedService: "storefront", legacyService: undefined }],
    ],
    ["has no former Service", [{ legacyService: undefined }]],
    ["no longer selects a slot", [{ adoption: { service: "storefront", since: "x", doneAt: "y" } }]],
  ] as readonly (readonly [string, Given])[])("is refused in one line: %s", async (said, given) => {
    const ran = await adopt("--finish --reason moved", ...given);
    expect(ran).toMatchObject({ exit: EXIT.error, out: "" });
    expect(ran.err).toContain(said);
    expect(ran.err.trim().split("\n")).toHaveLength(1);
    expect(bench.api.writes).toEqual([]);
  });

  it("writes nothing when it is asked for or done already", async () => {
    const asked = await adopt("--finish --reason moved", {}, {}, { finish: "storefront" });
    expect(asked.out).toContain("nothing to do, Service storefront is being switched to blue");
    const adoption = { service: "storefront", since: "x", doneAt: "2026-05-01T10:00:00Z" };
    const done = await adopt("--finish --reason moved", { adoption }, { marked: true, slot: "blue" });
    expect(done.out).toContain("nothing to do, Service storefront is its entry since 2026-05-01T10:00:00Z");
    expect(bench.api.writes).toEqual([]);
  });

  it("warns of a GitOps tool that would write the former selector back", async () => {
    const ran = await adopt("--finish --reason moved", {}, { gitOpsOwner: 'Argo CD application "shop"' });
    expect(ran.err).toContain(
      'Service storefront belongs to Argo CD application "shop": let it ignore spec.selector',
    );
  });

  it("needs --finish and a reason", async () => {
    for (const line of ["--reason x", "--finish"]) {
      const ran = await adopt(line);
      expect(ran.exit, line).toBe(EXIT.usage);
      expect(ran.err, line).toMatch(/^bascule: required option/);
    }
  });
});
