import { maskSecrets } from "../core/gate/mask.ts";
import type { Look } from "../ports/checks.ts";

/** One thing that an examination found. */
export interface Found {
  /** One word for machines. */
  readonly reason: string;
  /** What it is, and against what it was held. */
  readonly told: string;
  /** Whose it is; the same of several is told once. */
  readonly pod?: string;
}

export interface Examination {
  readonly findings: readonly Found[];
  /** What is told when there are none. */
  readonly good: { readonly reason: string; readonly message: string; readonly evidence?: string };
  /** Number of things that were looked at. */
  readonly examined: number;
  /** What they were held against. */
  readonly threshold: string;
}

const MOST_TOLD = 3;
const MOST_EVIDENCE = 4096;
const LONGEST_TOLD = 400;

/** The look of an examination that has come to its end: findings fail it, the first one's reason is the reason. */
export function examinationLook({ findings, good, examined, threshold }: Examination): Look {
  const base = {
    kind: "outcome",
    value: findings.length,
    sampleSize: examined,
    threshold: threshold.slice(0, 512),
  } as const;
  const [first] = findings;
  if (first === undefined) return { ...base, state: "passed", ...good };
  const lines = grouped(findings);
  const more = lines.length > MOST_TOLD ? `; and ${lines.length - MOST_TOLD} more` : "";
  return {
    ...base,
    state: "failed",
    reason: first.reason,
    message: `${lines.slice(0, MOST_TOLD).join("; ")}${more}`,
    evidence: maskSecrets(lines.join("\n")).slice(0, MOST_EVIDENCE),
  };
}

/** Replicas have the same findings; each is told once, with the number of its pods. */
function grouped(findings: readonly Found[]): readonly string[] {
  const pods = new Map<string, Set<string>>();
  for (const { told, pod } of findings) {
    const known = pods.get(told) ?? new Set();
    if (pod !== undefined) known.add(pod);
    pods.set(told, known);
  }
  return [...pods].map(([told, names]) => {
    const [name] = names;
    const where = name === undefined ? "" : names.size === 1 ? ` (pod ${name})` : ` (${names.size} pods)`;
    return maskSecrets(told).slice(0, LONGEST_TOLD) + where;
  });
}

/** A look of a check that has no member of the checker's kind: a mistake of the controller. */
export const wrongKind = (kind: string): Look => ({
  kind: "unreadable",
  reason: "WrongKind",
  message: `the check is no ${kind} check`,
});
