import { describe, expect, it } from "vitest";
import { memoryBench } from "../../../test/api/cli/support/memory-bench.ts";
import { runningRelease } from "../../../test/api/cli/support/objects.ts";
import { status } from "../../../test/support/rude-server.ts";
import { API_VERSION, MARK } from "../../api/object.ts";
import { EXIT } from "../exit-codes.ts";

const bench = memoryBench();

const answered = { check: "layout", verdict: "fail", reason: "no logo", by: "bob@example.com" };
const put = (name: string, spec: object = {}, status: object = {}) =>
  bench.api.put({
    apiVersion: API_VERSION,
    kind: "Verification",
    metadata: { name, namespace: "ns", uid: `uid-of-${name}`, labels: { [MARK.release]: "shop-1" } },
    spec: {
      target: { service: "shop-green" },
      checks: [
        { name: "layout", manual: { question: "Does it look right?" } },
        { name: "prices", manual: { question: "And the prices?" } },
        { name: "health", http: {} },
      ],
      ...spec,
    },
    status,
  });
const answersOf = (name: string): unknown =>
  (bench.api.get("Verification", name) as { spec?: { answers?: unknown } } | undefined)?.spec?.answers;

describe("answering a manual check", () => {
  it("writes the answer under one's own name, beside those that stand", async () => {
    put("shop-1-verify", { answers: [answered] });
    const ran = await bench.run("answer shop-1-verify prices --pass --reason compared");
    expect(ran).toMatchObject({ exit: EXIT.ok, err: "" });
    expect(ran.out).toContain("prices answered with pass");
    expect(answersOf("shop-1-verify")).toEqual([
      answered,
      { check: "prices", verdict: "pass", reason: "compared", by: "alice@example.com" },
    ]);
  });

  it("finds the verification of a release that asks now", async () => {
    bench.api.put(runningRelease("shop-1", "Preparing"));
    put("shop-1-early", {}, { finishedAt: "2026-05-01T10:00:00.000Z" });
    put("shop-1-verify");
    const ran = await bench.run("answer shop-1 layout --fail --reason crooked");
    expect(ran).toMatchObject({ exit: EXIT.ok });
    expect(answersOf("shop-1-early")).toBeUndefined();
    expect(answersOf("shop-1-verify")).toMatchObject([{ check: "layout", verdict: "fail" }]);
  });

  it("leaves an answer as it was given", async () => {
    put("shop-1-verify", { answers: [answered] });
    const ran = await bench.run("answer shop-1-verify layout --pass --reason fine");
    expect(ran.exit).toBe(EXIT.error);
    expect(ran.err).toContain('"layout" was answered with fail by bob@example.com: no logo');
    expect(bench.api.writes.filter(({ method }) => method === "PATCH")).toEqual([]);
  });

  it("does nothing when it was given already", async () => {
    put("shop-1-verify", { answers: [{ ...answered, by: "alice@example.com" }] });
    const ran = await bench.run("answer shop-1-verify layout --fail --reason again");
    expect(ran).toMatchObject({ exit: EXIT.ok, out: expect.stringContaining("already, nothing to do") });
  });

  it("tries again when the controller has written meanwhile", async () => {
    put("shop-1-verify");
    let conflicts = 2;
    bench.api.refuse = ({ method }) => {
      if (method !== "PATCH" || conflicts-- <= 0) return undefined;
      return { code: 409, status: status(409, "Conflict", "the object has been modified") };
    };
    expect(await bench.run("answer shop-1-verify layout --pass --reason x")).toMatchObject({ exit: EXIT.ok });
    expect(answersOf("shop-1-verify")).toMatchObject([{ verdict: "pass" }]);
  });

  it.each([
    ["answer shop-1-verify layout --reason x", EXIT.usage, "--pass or --fail"],
    ["answer shop-1-verify layout --pass --fail --reason x", EXIT.usage, "--pass"],
    ["answer shop-1-verify layout --pass", EXIT.usage, "--reason"],
    ["answer shop-1-verify health --pass --reason x", EXIT.error, 'no manual check "health"'],
    ["answer nothing layout --pass --reason x", EXIT.error, 'no release "nothing"'],
  ])("refuses %s", async (line, exit, message) => {
    put("shop-1-verify");
    const ran = await bench.run(line);
    expect(ran.exit).toBe(exit);
    expect(ran.err).toContain(message);
  });
});
