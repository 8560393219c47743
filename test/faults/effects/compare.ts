import { isDeepStrictEqual } from "node:util";
import type { Evidence, ReleaseEvidence } from "./evidence.ts";

/**
 * In which a run that was disturbed differs from the one that was not; empty when the controller made good all that the
 * kills had cut off. What may differ is named here, and nothing else may.
 */
export function differences(undisturbed: Evidence, disturbed: Evidence): readonly string[] {
  const found: string[] = [];
  const same = (what: string, expected: unknown, seen: unknown): void => {
    if (isDeepStrictEqual(expected, seen)) return;
    found.push(`${what}: ${JSON.stringify(seen)} instead of ${JSON.stringify(expected)}`);
  };
  same("end", undisturbed.end, disturbed.end);
  same("traffic", undisturbed.traffic, disturbed.traffic);
  for (const role of ["candidate", "newer"] as const) {
    const [expected, seen] = [undisturbed.releases[role], disturbed.releases[role]];
    if (typeof expected !== "object" || typeof seen !== "object") same(role, expected, seen);
    else same(role, expected, { ...seen, journal: lawfulJournal(expected, seen) });
  }
  found.push(...changesUnlike(undisturbed, disturbed));
  return found;
}

/**
 * Operations that changed something: as many as undisturbed. One fewer is lawful for each operation on that very stack that
 * a kill cut off: a CLI that is killed after it has changed something writes no history, and the one after it finds that
 * in place. That all is in place is seen in what is there at the end.
 */
function changesUnlike(undisturbed: Evidence, { changing, cutOff }: Evidence): readonly string[] {
  const parts = new Set([...Object.keys(undisturbed.changing), ...Object.keys(changing)]);
  return [...parts].flatMap((part) => {
    const [expected = 0, seen = 0, fewer = 0] = [undisturbed.changing[part], changing[part], cutOff[part]];
    if (seen <= expected && seen >= expected - fewer) return [];
    return [`changing operations of ${part}: ${seen} instead of ${expected}, and ${fewer} cut off`];
  });
}

/**
 * The journal with lawful reasons replaced: a revert is not written down before it is made, so its reason may be lost with the
 * process that knew it. What is left is the route's mark, and the journal says that it was found there.
 */
function lawfulJournal(expected: ReleaseEvidence, seen: ReleaseEvidence): readonly string[] {
  return seen.journal.map((entry, index) => {
    const [move = "", reason] = entry.split(": ");
    const [expectedMove, expectedReason] = expected.journal[index]?.split(": ") ?? [];
    const found = reason === "RevertFound" && move === expectedMove && move.includes("Revert");
    return found ? `${move}: ${expectedReason}` : entry;
  });
}
