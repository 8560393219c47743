import { describe, expect, it } from "vitest";
import { memoryBench } from "../../test/api/cli/support/memory-bench.ts";
import { aPlan } from "../../test/api/cli/support/objects.ts";
import { EXIT } from "./exit-codes.ts";

const bench = memoryBench();

describe("the command line", () => {
  it("answers help and version without a cluster, and wrong usage with 2", async () => {
    await bench.api.stop();
    expect(await bench.run("--version")).toEqual({ exit: EXIT.ok, out: "9.9.9\n", err: "" });
    const help = await bench.run("--help");
    expect(help.exit).toBe(EXIT.ok);
    expect(help.out).toContain("Exit codes: 0 done");
    for (const line of ["frobnicate", "status --frob", "watch", "wait x --timeout soon", "status -o xml"])
      expect((await bench.run(line)).exit, line).toBe(EXIT.usage);
    await bench.api.start();
  });

  it("takes the global options before and after the name of the command", async () => {
    bench.api.put({ ...aPlan("there"), metadata: { name: "there", namespace: "far" } });
    expect((await bench.run("-n far status")).out).toContain("there");
    expect((await bench.run("status -n far")).out).toContain("there");
    expect((await bench.run("-n near status -n far")).out).toContain("there");
  });

  it("says with 8 that the cluster can't be reached or does not know us", async () => {
    bench.api.refuse = () => ({ code: 401, status: { reason: "Unauthorized", message: "Unauthorized" } });
    const ran = await bench.run("status");
    expect(ran.exit).toBe(EXIT.unreachable);
    expect(ran.err).toContain("log in again");
  });
});
