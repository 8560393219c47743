import type { Repetition } from "../../../api/checks/repetition.ts";
import { milliseconds, readDuration, seconds } from "../../../base/duration.ts";
import { judgeProbe } from "../judge-probe.ts";
import type { KindRules } from "./kind-rules.ts";

/** Beyond the check's own time-out, so that the checker's better message comes first. */
const GRACE = seconds(2);

/**
 * The rules of a functional kind: a look is made again and again, and answers in a row decide.
 * @param limit what one answer is held against, for people
 */
export const probeKind = <S extends Repetition>(
  limit: (spec: S) => string,
  more: Partial<KindRules<S>> = {},
): KindRules<S> => ({
  when: () => ["beforeTraffic", "steps", "observe"],
  window: "none",
  interval: ({ interval }) => readDuration(interval),
  lookLimit: ({ timeout }) => milliseconds(readDuration(timeout) + GRACE),
  judge: ({ look, ...input }, spec) =>
    look.kind === "functional" ? judgeProbe({ ...input, look }, spec, limit(spec)) : undefined,
  ...more,
});
