import type { Run } from "../run.ts";

/** One named rule of the chain. It answers true when it has spoken and no later rule may. */
export interface Rule {
  readonly name: string;
  apply(run: Run): boolean;
}

/** Goes through the rules in order; the first one that speaks ends the pass. The list is the documentation. */
export function applyRules(run: Run, rules: readonly Rule[]): void {
  for (const rule of rules) {
    if (!rule.apply(run)) continue;
    run.out.trace.push({
      rule: rule.name,
      about: run.release.metadata.name,
      said: run.status.message ?? "",
    });
    return;
  }
}
