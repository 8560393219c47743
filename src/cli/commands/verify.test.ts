import { describe, expect, it } from "vitest";
import { memoryBench } from "../../../test/api/cli/support/memory-bench.ts";
import { until } from "../../../test/support/until.ts";
import { aResult } from "../../../test/support/vsr-record.ts";
import type { CheckResult, Verification, VerificationStatus } from "../../api/verification.ts";
import { EXIT } from "../exit-codes.ts";

const bench = memoryBench();
const CHECKS = "target: {service: shop}\nchecks: [{name: health, http: {}}, {name: style, http: {}}]\n";

/** Starts the command; `made` is the Verification that it created. */
async function start(args = "", onOutput: (out: string) => void = () => {}, signal?: AbortSignal) {
  bench.files["checks.yaml"] = CHECKS;
  const line = `verify -f checks.yaml ${args}`.trim();
  const running = bench.run(line, { onOutput, ...(signal === undefined ? {} : { signal }) });
  const made = (): Verification => {
    const stored = [...Array(20).keys()].flatMap((n) => bench.api.get("Verification", `verify-${n}`) ?? []);
    return stored[0] as unknown as Verification;
  };
  await until("it is made and watched", () => made() !== undefined && bench.api.watching === 1);
  return { running, made };
}

const status = (
  phase: VerificationStatus["phase"],
  results: readonly CheckResult[],
  more: object = {},
): VerificationStatus => ({
  observedGeneration: 1,
  ...(phase === undefined ? {} : { phase }),
  startedAt: "2026-05-01T10:00:00.000Z",
  ...(phase === "Running" ? {} : { finishedAt: "2026-05-01T10:00:40.000Z" }),
  results: [...results],
  ...more,
});
const put = (verification: Verification, next: VerificationStatus): void =>
  void bench.api.put({ ...verification, status: next } as never);

const health = aResult("health", 1);
const style = aResult("style", 2, { verdict: "failed", reason: "WrongStatus", message: "status 404" });

describe("verify", () => {
  it.each([
    ["Passed", "", EXIT.ok],
    ["Reserved", "", EXIT.ok],
    ["Reserved", "--strict", EXIT.reserved],
    ["Failed", "", EXIT.failed],
    ["Inconclusive", "", EXIT.inconclusive],
    ["Error", "", EXIT.unmeasured],
    ["Stopped", "", EXIT.cancelled],
  ] as const)("ends with a Verification that is %s, %s: exit code %i", async (phase, args, exit) => {
    const { running, made } = await start(args);
    put(made(), status(phase, [health, style]));
    const ran = await running;
    expect(ran).toMatchObject({ exit, err: "" });
    expect(ran.out).toMatch(/verification verify-\d+ created in namespace ns/);
    expect(ran.out).toMatch(new RegExp(`verification verify-\\d+ is ${phase}, 1 passed, 1 failed`));
  });

  it("prints each verdict once when it comes, and all results at the end", async () => {
    let shown = "";
    const { running, made } = await start("-o text", (out) => {
      shown = out;
    });
    put(made(), status("Running", [health]));
    await until("the first verdict is shown", () => shown.includes("health  passed"));
    put(made(), status("Reserved", [health, style]));
    const { out } = await running;
    expect(out.match(/ {2}health {2}passed {2}/g)).toHaveLength(1);
    expect(out).toMatch(/\+ +32s {2}style {2}failed {2}status 404/);
    expect(out).toMatch(/CHECK +KIND +SEVERITY +VERDICT +VALUE +LIMIT +SAMPLE +MESSAGE/);
    expect(out).toMatch(/health +http +blocking +passed +0\.0123457 +status 200 +40 +health: as expected/);
  });

  it("prints the object alone with -o json", async () => {
    const { running, made } = await start("-o json");
    put(made(), status("Passed", [health]));
    const ran = await running;
    expect(JSON.parse(ran.out)).toMatchObject({ kind: "Verification", status: { phase: "Passed" } });
    expect(ran.err).toContain("created in namespace ns");
  });

  it("prints JUnit with -o junit, and writes it with --junit", async () => {
    const { running, made } = await start("-o junit --junit out/v.xml");
    put(made(), status("Failed", [health, style]));
    const ran = await running;
    expect(ran.out).toMatch(/^<\?xml version="1\.0" encoding="UTF-8"\?>\n<testsuites /);
    expect(bench.files["out/v.xml"]?.trimEnd()).toBe(ran.out.trimEnd());
  });

  it("leaves the Verification, or removes it with --rm", async () => {
    const kept = await start();
    put(kept.made(), status("Passed", [health]));
    await kept.running;
    expect(kept.made()).toBeDefined();
    const { name } = kept.made().metadata;
    bench.api.remove("Verification", name);
    const removed = await start("--rm");
    put(removed.made(), status("Failed", [style]));
    expect((await removed.running).exit).toBe(EXIT.failed);
    expect(removed.made()).toBeUndefined();
  });

  it("says that it goes on and how to look when the time is over, and that no controller has seen it", async () => {
    bench.files["checks.yaml"] = CHECKS;
    const ran = await bench.run("verify -f checks.yaml --timeout 300ms");
    expect(ran.exit).toBe(EXIT.timeout);
    expect(ran.err).toMatch(
      /has not ended after 300ms \(not yet seen by a controller\); it goes on: kubectl get verification verify-\d+ -n ns/,
    );
  });

  it("leaves a hint when it is interrupted, and removes all the same with --rm", async () => {
    const interrupt = new AbortController();
    const { running, made } = await start("", undefined, interrupt.signal);
    interrupt.abort();
    const ran = await running;
    expect(ran.exit).toBe(EXIT.interrupted);
    expect(ran.err).toContain("it goes on: kubectl get verification");
    bench.api.remove("Verification", made().metadata.name);
    const again = new AbortController();
    const removing = await start("--rm", undefined, again.signal);
    again.abort();
    expect((await removing.running).exit).toBe(EXIT.interrupted);
    expect(removing.made()).toBeUndefined();
  });

  it("ends when somebody else deletes it", async () => {
    const { running, made } = await start();
    bench.api.remove("Verification", made().metadata.name);
    expect(await running).toMatchObject({ exit: EXIT.cancelled });
  });

  it("refuses a name that is taken, and a file that can't be read", async () => {
    bench.files["named.yaml"] =
      "apiVersion: bascule.dev/v1alpha1\nkind: Verification\nmetadata: {name: now}\nspec: {target: {service: a}, checks: [{name: c, http: {}}]}";
    bench.api.put({
      apiVersion: "bascule.dev/v1alpha1",
      kind: "Verification",
      metadata: { name: "now", namespace: "ns" },
    });
    const taken = await bench.run("verify -f named.yaml");
    expect(taken.exit).toBe(EXIT.error);
    expect(taken.err).toContain("Verification now is there already, and runs once");
    const missing = await bench.run("verify -f nowhere.yaml");
    expect(missing).toMatchObject({ exit: EXIT.usage, out: "" });
    expect(missing.err).toContain("-f: nowhere.yaml can't be read (ENOENT)");
    expect((await bench.run("verify")).exit).toBe(EXIT.usage);
  });
});
