import type { CompareCheck } from "../../../api/checks/compare.ts";
import { readDuration, seconds } from "../../../base/duration.ts";
import { judgeCompare } from "../judge-compare.ts";
import { compareProblems } from "../validate-compare.ts";
import type { KindRules } from "./kind-rules.ts";

export const compareRules: KindRules<CompareCheck> = {
  when: () => ["steps", "observe"],
  window: "metric",
  interval: ({ interval, scrape, scrapeInterval }) =>
    readDuration(scrape === undefined ? interval : scrapeInterval),
  lookLimit: () => seconds(20),
  problems: (_, check) => compareProblems(check),
  judge: ({ look, ...input }) => (look.kind === "compare" ? judgeCompare({ ...input, look }) : undefined),
};
