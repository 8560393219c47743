import { beforeEach, describe, expect, it } from "vitest";
import { memoryBench } from "../../../test/api/cli/support/memory-bench.ts";
import { aPlan, ended, runningRelease } from "../../../test/api/cli/support/objects.ts";
import { until } from "../../../test/support/until.ts";
import { EXIT } from "../exit-codes.ts";

const bench = memoryBench();

describe("release", () => {
  beforeEach(() => void bench.api.put(aPlan()));

  it("creates a release named by plan and version, checked strictly", async () => {
    const ran = await bench.run(
      "release shop --image registry.example.com/shop:1.5.0 --values-file values.yaml",
    );
    expect(ran).toMatchObject({ exit: EXIT.ok, err: "" });
    expect(bench.stored("shop-1-5-0").spec).toEqual({
      planRef: { name: "shop" },
      package: { version: "1.5.0", image: "registry.example.com/shop:1.5.0", values: { port: 8081 } },
    });
    expect(bench.api.writes[0]?.query.get("fieldValidation")).toBe("Strict");
  });

  it("may be asked for again with the same package, as CI does; with another it is refused", async () => {
    await bench.run("release shop --image r/shop:1.5.0");
    const again = await bench.run("release shop --image r/shop:1.5.0");
    expect(again).toMatchObject({ exit: EXIT.ok });
    expect(again.out).toContain("nothing created");
    const other = await bench.run("release shop --image r/shop:1.5.1 --version 1.5.0");
    expect(other.exit).toBe(EXIT.error);
    expect(other.err).toContain("choose another --name or --version");
  });

  it("stores nothing in a dry run", async () => {
    const ran = await bench.run("release shop --image r/shop:1.5.0 --dry-run");
    expect(ran.out).toContain("would be created");
    expect(bench.api.get("Release", "shop-1-5-0")).toBeUndefined();
    expect(bench.api.writes[0]?.query.get("dryRun")).toBe("All");
  });

  it("waits to the end with --wait, and its exit code tells it", async () => {
    const running = bench.run("release shop --image r/shop:1.5.0 --wait --timeout 60s");
    await until("the release is watched", () => bench.api.watching === 1);
    const made = bench.stored("shop-1-5-0");
    const { status } = ended(
      runningRelease("shop-1-5-0", "Shifting"),
      "Reverted",
      "golden: 30 % of requests failed",
    );
    bench.api.put({ ...made, status });
    const ran = await running;
    expect(ran.exit).toBe(EXIT.notReleased);
    expect(ran.out).toContain("golden: 30 % of requests failed");
  });

  it.each([
    ["release shop", "--image"],
    ["release shop --image r/shop@sha256:0123", "--version"],
    ["release shop --image a=r/shop:1 --image r/side:1", "r/side:1"],
    ["release shop --image r/shop:1 --version 1/2", "--version"],
    ["release shop --image r/shop:1 --values-file none.yaml", "ENOENT"],
    ["release shop --image r/shop:1 --values-file list.yaml", "mapping"],
    ["release shop --image r/shop:1 --values-file bad.yaml", "no YAML"],
  ])("refuses %s and names the option", async (line, word) => {
    const ran = await bench.run(line);
    expect(ran.exit).toBe(EXIT.usage);
    expect(ran.err).toContain(word);
    expect(bench.api.writes).toEqual([]);
  });

  it("says which plan is missing and where to look", async () => {
    const ran = await bench.run("release shap --image r/shop:1 -n ns");
    expect(ran).toMatchObject({ exit: EXIT.error });
    expect(ran.err).toBe(
      'bascule: there is no plan "shap" in namespace ns; "bascule status -n ns" lists what there is\n',
    );
  });

  it("repeats what the API server objects to, field by field", async () => {
    bench.api.refuse = ({ method }) =>
      method === "POST"
        ? {
            code: 422,
            status: {
              reason: "Invalid",
              message: "Release is invalid",
              details: {
                causes: [{ field: "metadata.name", reason: "FieldValueInvalid", message: "too long" }],
              },
            },
          }
        : undefined;
    const ran = await bench.run("release shop --image r/shop:1");
    expect(ran).toMatchObject({
      exit: EXIT.error,
      err: "bascule: refused by the API server: metadata.name: too long\n",
    });
  });
});
