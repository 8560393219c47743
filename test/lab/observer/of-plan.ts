import type { Sighting } from "./sighting.ts";

/** What concerns one plan of a namespace: without other plans, and without what is named after them. */
export function ofPlan(log: readonly Sighting[], plan: string): readonly Sighting[] {
  const others = new Set(log.flatMap((s) => (s.kind === "plan" && s.name !== plan ? [s.name] : [])));
  const isOthers = (name: string): boolean =>
    [...others].some((other) => name === other || name.startsWith(`${other}-`));
  return log.filter((s) => !isOthers(s.kind === "endpoints" ? s.service : s.name));
}
