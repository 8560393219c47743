import { seconds } from "../../../base/duration.ts";
import { judgeOutcome } from "../judge-outcome.ts";
import type { KindRules } from "./kind-rules.ts";

/**
 * The rules of a kind that comes to an end of its own: looked at each second until its outcome is there.
 * @param limit what the outcome is held against, for people
 */
export const outcomeKind = <S>(
  limit: (spec: S) => string,
  more: Partial<KindRules<S>> = {},
): KindRules<S> => ({
  when: () => ["beforeTraffic"],
  window: "none",
  interval: () => seconds(1),
  lookLimit: () => seconds(20),
  once: true,
  judge: ({ look, ...input }, spec) =>
    look.kind === "outcome" ? judgeOutcome({ ...input, look }, limit(spec)) : undefined,
  ...more,
});
