import { describe, expect, it } from "vitest";
import { memoryBench } from "../../../test/api/cli/support/memory-bench.ts";
import { allPassed, aRelease, aResult, aVerification, withResult } from "../../../test/support/vsr-record.ts";
import type { Release } from "../../api/release.ts";
import type { Verification } from "../../api/verification.ts";
import { EXIT } from "../exit-codes.ts";

const bench = memoryBench();

function put(release: Release, verifications: readonly Verification[]): void {
  bench.api.put(release as never);
  for (const v of verifications) bench.api.put(v as never);
}

describe("record", () => {
  it("prints Markdown in English, and in French with --lang fr", async () => {
    put(aRelease(), withResult("verify", "style", { verdict: "failed", message: "404" }));
    const english = await bench.run("record shop-1-4-0 -n shop");
    expect(english).toMatchObject({ exit: EXIT.ok, err: "" });
    expect(english.out).toContain("**Decision: Admission with reservations**");
    expect(english.out).toContain("bascule 9.9.9");
    const french = await bench.run("record shop-1-4-0 -n shop --lang fr");
    expect(french.out).toContain("**Décision : Admission avec réserves**");
  });

  it("writes all forms into a folder and prints their paths", async () => {
    put(aRelease(), allPassed());
    const ran = await bench.run("record shop-1-4-0 -n shop --format all --lang fr --output out/vsr");
    expect(ran.exit).toBe(EXIT.ok);
    const paths = ["md", "json", "html"].map((suffix) => `out/vsr/shop-1-4-0-vsr.fr.${suffix}`);
    expect(ran.out).toBe(`${paths.join("\n")}\n`);
    expect(JSON.parse(bench.files[paths[1] as string] as string)).toMatchObject({
      language: "fr",
      decision: "Admission",
      report: { format: 1, decision: { kind: "admission" }, seal: { journalWhole: true } },
    });
    expect(bench.files[paths[2] as string]).toContain('<html lang="fr">');
  });

  it("takes only results of this release, of whatever namesake others are", async () => {
    const foreign = aVerification("verify", [aResult("health", 1, { verdict: "failed" })], {
      owner: "other",
    });
    put(aRelease(), [...allPassed().slice(1), { ...foreign, metadata: { ...foreign.metadata, name: "f" } }]);
    const ran = await bench.run("record shop-1-4-0 -n shop --format json");
    expect(JSON.parse(ran.out).report.decision).toMatchObject({
      reasons: ["Reservations", "RecordIncomplete"],
    });
  });

  it("ends with 1 when the journal is not whole, and writes all the same", async () => {
    const release = aRelease();
    const journal = release.status?.journal;
    const entries = (journal?.entries ?? []).map((e, i) => (i === 1 ? { ...e, by: "mallory" } : e));
    put(aRelease({ journal: { head: "", count: 4, ...journal, entries } }), allPassed());
    const ran = await bench.run("record shop-1-4-0 -n shop");
    expect(ran.exit).toBe(EXIT.error);
    expect(ran.out).toContain("not whole");
    expect(ran.err).toContain("the journal of release shop-1-4-0 is broken");
  });

  it("refuses several files for standard output, other forms, and releases that are not there", async () => {
    put(aRelease(), allPassed());
    const all = await bench.run("record shop-1-4-0 -n shop --format all");
    expect(all).toMatchObject({ exit: EXIT.usage, out: "" });
    expect(all.err).toContain("--format all: several files need a folder");
    expect((await bench.run("record shop-1-4-0 --lang de")).exit).toBe(EXIT.usage);
    expect((await bench.run("-o json record shop-1-4-0")).err).toContain("--format");
    expect(await bench.run("record nobody")).toMatchObject({ exit: EXIT.error, out: "" });
  });

  it("says what role is missing when results may not be listed", async () => {
    put(aRelease(), allPassed());
    bench.api.refuse = ({ path }) =>
      path.endsWith("/verifications")
        ? { code: 403, status: { reason: "Forbidden", message: "no" } }
        : undefined;
    const ran = await bench.run("record shop-1-4-0 -n shop");
    expect(ran).toMatchObject({ exit: EXIT.error, out: "" });
    expect(ran.err).toContain("the role view allows it");
  });
});
