import type { Release } from "../../../api/release.ts";
import { countedTests } from "./decision.ts";
import type { VsrReservation, VsrSection, VsrTest } from "./report.ts";
import { safeLine } from "./safe-text.ts";

/**
 * What is left to follow up: the release's own list, and findings of tests that it does not hold, for instance because a
 * step went on before they concluded. A release that is not complete has only the first: nothing was let through.
 */
export function reservationsOf(release: Release, sections: readonly VsrSection[]): readonly VsrReservation[] {
  const { reservations = [], phase } = release.status ?? {};
  const tests = countedTests(sections);
  const recorded = reservations.map((text): VsrReservation => {
    const found = tests.find(({ test }) => speaksOf(text, test));
    return { recorded: true, ...(found === undefined ? {} : { test: found.id }), text: safeLine(text) };
  });
  if (phase !== "Completed") return recorded;
  const derived = tests
    .filter(({ test }) => test.effect === "reserves" || test.effect === "open")
    .filter(({ test }) => !reservations.some((text) => speaksOf(text, test)))
    .map(({ id, test: { severity, advisory, verdict, message, absent } }): VsrReservation => {
      const why = absent === undefined ? {} : { absent };
      return { recorded: false, test: id, severity, advisory, verdict, message, ...why };
    });
  return [...recorded, ...derived];
}

/** The gate writes `<check> (<severity>) is <verdict>…` (`core/gate/outcome`). */
const speaksOf = (text: string, test: VsrTest): boolean =>
  text.startsWith(`${test.name} (${policyOf(test)}) is ${test.verdict}`);

const policyOf = ({ advisory, severity }: VsrTest): string => (advisory ? "advisory" : severity);
