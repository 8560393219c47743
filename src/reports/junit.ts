import { between, readInstant } from "../base/instant.ts";
import type { VsrSection, VsrTest } from "../core/record/vsr/report.ts";
import type { JunitOptions } from "../ports/reports.ts";
import { xmlElement, xmlText } from "./xml.ts";

type Outcome = "passed" | "skipped" | "failure" | "error";

/**
 * A Verification as JUnit XML (ADR 27). A test that may stop a release is a failure when it failed, and an error when it
 * came to no verdict; one that may not is skipped, with what it found, for JUnit has no word for a reservation.
 */
export function renderJunit(section: VsrSection, options: JunitOptions): string {
  const { verification, tests } = section;
  const cases = tests.map((test) => ({ test, outcome: outcomeOf(test, options) }));
  const count = (outcome: Outcome): string =>
    String(cases.filter((entry) => entry.outcome === outcome).length);
  const name = `${options.namespace}/${verification?.name ?? section.step}`;
  const totals = {
    tests: String(cases.length),
    failures: count("failure"),
    errors: count("error"),
    time: secondsBetween(verification?.startedAt, verification?.finishedAt),
  };
  const suite = xmlElement(
    "testsuite",
    { name, ...totals, skipped: count("skipped"), timestamp: verification?.startedAt },
    ["\n", propertiesOf(section), ...cases.map(({ test, outcome }) => caseOf(test, outcome, name)), "  "],
  );
  const all = xmlElement("testsuites", { name: "bascule verify", ...totals }, ["\n  ", suite, "\n"]);
  return `<?xml version="1.0" encoding="UTF-8"?>\n${all}\n`;
}

function outcomeOf({ effect, verdict }: VsrTest, { strict }: JunitOptions): Outcome {
  if (effect === "none") return verdict === "passed" ? "passed" : "skipped";
  if (effect === "reserves" && !strict) return "skipped";
  return verdict === "failed" ? "failure" : "error";
}

function propertiesOf({ verification }: VsrSection): string {
  const { phase, service, version, image, packageDigest } = verification ?? {};
  const written = Object.entries({ phase, service, version, image, packageDigest }).flatMap(
    ([name, value]) => (value === undefined ? [] : [`\n      ${xmlElement("property", { name, value })}`]),
  );
  return `    ${xmlElement("properties", {}, written.length === 0 ? [] : [...written, "\n    "])}\n`;
}

function caseOf(test: VsrTest, outcome: Outcome, classname: string): string {
  const time = secondsBetween(test.startedAt, test.finishedAt);
  const finding = outcome === "passed" ? [] : [findingOf(test, outcome)];
  const parts = [...finding, xmlElement("system-out", {}, [xmlText(measured(test))])];
  const content = [...parts.map((part) => `\n      ${part}`), "\n    "];
  return `    ${xmlElement("testcase", { name: test.name, classname, time }, content)}\n`;
}

function findingOf(test: VsrTest, outcome: Exclude<Outcome, "passed">): string {
  const policy = test.advisory ? "advisory" : test.severity;
  const what = test.effect === "reserves" ? `reservation (${policy}): ${test.verdict}` : test.verdict;
  return xmlElement(outcome, { type: test.reason, message: `${what}: ${test.message}` });
}

/** The figures behind the verdict, one a line. */
function measured(test: VsrTest): string {
  const { verdict, reason, message, value, threshold, sampleSize, confidence, validator, evidence } = test;
  const { windowStart, windowEnd, finishedAt } = test;
  const window = windowStart === undefined ? undefined : `${windowStart} to ${windowEnd ?? "?"}`;
  const lines = {
    ...{ verdict: `${verdict} (${reason}): ${message}`, severity: test.severity, value, limit: threshold },
    ...{ sample: sampleSize, confidence, window, concluded: finishedAt, validator, evidence },
  };
  return Object.entries(lines)
    .flatMap(([name, text]) => (text === undefined ? [] : [`${name}: ${text}`]))
    .join("\n");
}

/** Seconds with milliseconds; absent where an end is not known. */
function secondsBetween(from: string | undefined, to: string | undefined): string | undefined {
  const [start, end] = [readInstant(from ?? ""), readInstant(to ?? "")];
  if (start === undefined || end === undefined) return undefined;
  return (Math.max(0, between(start, end)) / 1_000).toFixed(3);
}
