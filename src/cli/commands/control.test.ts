import { describe, expect, it } from "vitest";
import { memoryPorts, runWith } from "../../../test/api/cli/support/bench.ts";
import { memoryBench } from "../../../test/api/cli/support/memory-bench.ts";
import { aRelease, runningRelease } from "../../../test/api/cli/support/objects.ts";
import { EXIT } from "../exit-codes.ts";

const bench = memoryBench();

describe("commands to a release", () => {
  it("write one level under the name that the API server gives us, with strict validation and nothing else", async () => {
    bench.api.put(runningRelease("shop-1", "Shifting"));
    const ran = await bench.run("pause shop-1 --reason night");
    expect(ran).toMatchObject({ exit: EXIT.ok, err: "" });
    expect(bench.api.writes).toHaveLength(1);
    expect(bench.api.writes[0]?.query.get("fieldValidation")).toBe("Strict");
    expect(bench.api.writes[0]?.body).toEqual({
      metadata: { uid: "uid-of-shop-1" },
      spec: { control: { pause: { state: true, by: "alice@example.com", reason: "night" } } },
    });
  });

  it("write nothing when the level stands already", async () => {
    bench.api.put(runningRelease("shop-1", "Shifting"));
    await bench.run("abort shop-1 --reason broken");
    const again = await bench.run("abort shop-1 --reason again");
    expect(again.out).toContain("nothing to do, aborted by alice@example.com: broken");
    expect(again.exit).toBe(EXIT.ok);
    expect(bench.api.writes).toHaveLength(1);
    expect(bench.stored("shop-1").spec.control?.abort?.reason).toBe("broken");
  });

  it("do not reach a namesake that was made meanwhile", async () => {
    const old = bench.api.put(runningRelease("shop-1", "Shifting"));
    let swapped = false;
    bench.api.refuse = (request) => {
      // Between our read and our write somebody deletes the release and makes another one.
      if (request.method === "PATCH" && !swapped) {
        swapped = true;
        bench.api.remove("Release", "shop-1");
        bench.api.put({ ...aRelease("shop-1"), metadata: { name: "shop-1", uid: "another" } });
      }
      return undefined;
    };
    const ran = await bench.run("abort shop-1 --reason broken");
    expect(old.metadata.uid).not.toBe("another");
    expect(ran.exit).toBe(EXIT.error);
    expect(ran.err).toContain("deleted and made again");
    expect(bench.stored("shop-1").spec.control).toBeUndefined();
  });

  it("need a reason, and a step or side that exists", async () => {
    bench.api.put(runningRelease("shop-1", "Shifting"));
    for (const line of [
      "abort shop-1",
      "accept-live shop-1 --reason x",
      "accept-live shop-1 --reason x --slot red",
      "promote shop-1 --reason x --step nope",
    ]) {
      const ran = await bench.run(line);
      expect(ran.exit, line).toBe(EXIT.usage);
      expect(ran.err, line).toMatch(/^bascule: /);
      expect(ran.err.trim().split("\n"), line).toHaveLength(1);
    }
    expect((await runWith(memoryPorts(bench.api), ["abort", "shop-1", "--reason", " "])).exit).toBe(
      EXIT.usage,
    );
    expect(bench.api.writes).toEqual([]);
  });

  it("tell in one line who may not give them", async () => {
    bench.api.put(runningRelease("shop-1", "Shifting"));
    const message = 'spec.control.abort: "alice@example.com" needs the verb "abort"\non releases.bascule.dev';
    bench.api.refuse = ({ method }) =>
      method === "PATCH" ? { code: 403, status: { reason: "Forbidden", message } } : undefined;
    const ran = await bench.run("abort shop-1 --reason broken");
    expect(ran).toMatchObject({ exit: EXIT.error, out: "" });
    expect(ran.err).toBe(
      'bascule: not allowed: spec.control.abort: "alice@example.com" needs the verb "abort" on releases.bascule.dev\n',
    );
  });
});
