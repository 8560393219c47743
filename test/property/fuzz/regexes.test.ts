import { globSync, readFileSync } from "node:fs";
import { createContext, Script } from "node:vm";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { SELECTOR } from "../../../src/core/gate/promql-text.ts";

/** A regular expression of the product's own, and where it stands. */
interface Found {
  readonly file: string;
  readonly source: string;
  readonly flags: string;
}

/** Long enough that quadratic time is a thousand times linear time. */
const LENGTH = 6_000;
/** CPU milliseconds; linear time is below a tenth of one. */
const TOO_LONG = 8;
const PUMPS = [
  ...[" ", "a", "0", '"', "\\", "{", "{{", "-", ".", ":", "/", ",", "\n", "#", "%", "[", "<", "=", "A", "_"],
  ...["@", "`", "(", "a:", ".a", "a,", "%\n", "no ", "a\n", "a=b,", "1m", " -", ' "', "://", "x://"],
];

/** Takes quadratic time, on text that is short wherever it comes from. */
const SHORT_TEXT: Readonly<Record<string, string>> = {
  "src/base/duration.ts /([0-9]+(?:\\.[0-9]+)?)(ms|s|m|h|d)/": "is asked only when the whole is a duration",
  "src/cli/package-options.ts /^-|-+$/": "the caller's own command line",
  "src/cli/report-failure.ts /\\s*\\n\\s*/": "one message, on the caller's machine",
  "src/cli/view/table.ts /\\s*\\n\\s*/": "one cell, on the caller's machine",
  "src/core/gate/image/reference.ts /\\/+$/": "a field of at most 512 characters",
  "src/core/plan/stack-operation.ts /\\d+$/": "a key of our own",
  "src/kube/credentials.ts /\\/+$/": "the administrator's kubeconfig",
  "src/kube/event-series.ts /[-.]+$/": "200 characters",
  "src/metrics/prometheus-api.ts /\\/+$/": "a field that is an address",
  "src/probes/job/job-object.ts /-+$/": "names of objects",
  'src/probes/security/weak-cookies.ts /=\\s*(?:"")?\\s*$/': "a header, 16 KiB with all others",
};

function regexesOf(file: string): readonly Found[] {
  const found: Found[] = [];
  const tree = ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest);
  const visit = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node)) {
      const [, source = "", flags = ""] = /^\/([\s\S]*)\/([a-z]*)$/.exec(node.text) ?? [];
      found.push({ file, source, flags });
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

/** What stands literally in an expression: behind it is where it may begin to try. */
function prefixesOf(source: string): readonly string[] {
  const literal = source
    .replace(/\[[^\]]*\]|\(\?[:=!<]+|\\[a-zA-Z]|\{\d+(?:,\d*)?\}/g, "\0")
    .replace(/\\(.)/g, "$1");
  const words = [...literal.matchAll(/[^\0()|*+?^$]{1,60}/g)].map(([word]) => word);
  return ["", ...new Set(words)].slice(0, 4);
}

const CONTEXT = createContext({ job: undefined });
const TRY = new Script(
  "for (const t of job.texts) job.r.global || job.r.sticky ? t.replace(job.r, '') : job.r.test(t)",
);

/** CPU milliseconds over all texts. In a context of its own, because only that can be ended in the middle. */
function cpuOf({ source, flags }: Found, texts: readonly string[]): number {
  CONTEXT.job = { r: new RegExp(source, flags), texts };
  const before = process.threadCpuUsage();
  try {
    TRY.runInContext(CONTEXT, { timeout: 5_000 });
  } catch (error) {
    if ((error as { readonly code?: unknown }).code !== "ERR_SCRIPT_EXECUTION_TIMEOUT") throw error;
    return Number.POSITIVE_INFINITY;
  }
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1_000;
}

/** Once or twice may be the compiler's or the collector's doing; what had to be ended is slow for certain. */
function isSlow(found: Found, texts: readonly string[]): boolean {
  for (let tries = 0; tries < 3; tries++) {
    const cpu = cpuOf(found, texts);
    if (cpu <= TOO_LONG) return false;
    if (cpu === Number.POSITIVE_INFINITY) return true;
  }
  return true;
}

/** The text on which it takes too long; undefined when there is none among those that are tried. */
function slowOn(found: Found): string | undefined {
  const texts = prefixesOf(found.source).flatMap((prefix) =>
    PUMPS.map((pump) => ({
      told: `${JSON.stringify(prefix)} and many ${JSON.stringify(pump)}`,
      text: `${prefix}${pump.repeat(LENGTH / pump.length)}\u0001`,
    })),
  );
  if (
    !isSlow(
      found,
      texts.map(({ text }) => text),
    )
  )
    return undefined;
  return texts.find(({ text }) => isSlow(found, [text]))?.told;
}

describe("regular expressions of the product", () => {
  it("take linear time, but for those that only ever see short text", { timeout: 300_000 }, () => {
    const files = globSync("{src,stacks}/**/*.ts").filter((file) => !file.endsWith(".test.ts"));
    const all = [
      ...files.flatMap(regexesOf),
      { file: "src/core/gate/promql-text.ts", source: SELECTOR.source, flags: SELECTOR.flags },
    ];
    expect(all.length).toBeGreaterThan(150);
    const slow = all.flatMap((one) => {
      const where = `${one.file} /${one.source}/`;
      const text = where in SHORT_TEXT ? undefined : slowOn(one);
      return text === undefined ? [] : [`${where} on ${text}`];
    });
    expect(slow).toEqual([]);
  });

  it("are looked at by this test: one that takes quadratic time is found", { timeout: 300_000 }, () => {
    expect(slowOn({ file: "", source: "\\{\\{\\s*([^{}]*?)\\s*\\}\\}", flags: "g" })).toContain("{{");
    expect(isSlow({ file: "", source: "^(a+)+$", flags: "" }, [`${"a".repeat(60)}!`])).toBe(true);
  });
});
