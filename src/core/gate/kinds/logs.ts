import type { LogsCheck } from "../../../api/checks/logs.ts";
import { readDuration, seconds } from "../../../base/duration.ts";
import { between } from "../../../base/instant.ts";
import type { Finding, KindInput } from "../finding.ts";
import { regexProblem } from "../http-problems.ts";
import { judgeOutcome } from "../judge-outcome.ts";
import type { Look } from "../look.ts";
import type { KindRules } from "./kind-rules.ts";

/** Reason of a look that has not seen every line that must arrive. */
export const LINE_MISSING = "LineMissing";

/** Logs are read over the whole hold, and pass at its end only; what is logged later counts too. */
export const logsRules: KindRules<LogsCheck> = {
  when: () => ["steps", "observe"],
  window: "hold",
  interval: ({ interval }) => readDuration(interval),
  lookLimit: () => seconds(30),
  problems: ({ expect = [], forbid = [], allow = [], defaults }) => [
    ...(!defaults && expect.length + forbid.length === 0
      ? [{ path: "logs", message: "asks for nothing; give expect, forbid or defaults" }]
      : []),
    ...Object.entries({ expect, forbid, allow }).flatMap(([member, list]) =>
      list.flatMap((pattern, i) => regexProblem(`logs.${member}.${i}`, pattern)),
    ),
  ],
  judge: judgeLogs,
};

function judgeLogs({ look, ...input }: KindInput<Look>, spec: LogsCheck): Finding | undefined {
  if (look.kind !== "outcome") return undefined;
  const { context, memory } = input;
  const limit = "logs as declared";
  if (look.state !== "running") return judgeOutcome({ ...input, look }, limit);
  // A reader that starts anew reads from the start: what it has not read again has not gone.
  if (memory.standing === "passed")
    return judgeOutcome({ ...input, look: { ...look, state: "passed" } }, limit);
  const patience = Math.max(context.window, readDuration(spec.within));
  const isLate = look.reason === LINE_MISSING && between(context.from, context.at) >= patience;
  return judgeOutcome({ ...input, look: isLate ? { ...look, state: "failed" } : look }, limit);
}
