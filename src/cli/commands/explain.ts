import { type Instant, readInstant } from "../../base/instant.ts";
import { sameJson } from "../../base/json.ts";
import { type CommandContext, withCluster } from "../command-context.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { type Explanation, explainRelease, type StateText } from "../explanation.ts";
import { findRelease } from "../find-object.ts";
import { printObject } from "../print-object.ts";
import { type Paint, paintWith } from "../view/paint.ts";
import { relative } from "../view/time.ts";

export interface ExplainArguments {
  readonly release: string;
  readonly programs: readonly string[];
}

/** Says what the controller would do about a release now, and which rule says so. Reads only. */
export function explain(context: CommandContext, given: ExplainArguments): Promise<ExitCode> {
  return withCluster(context, async (cluster) => {
    const release = await findRelease(cluster, given.release);
    const observation = await context.ports.observe({
      cluster,
      plan: release.spec.planRef.name,
      programs: given.programs,
    });
    const explanation = explainRelease(observation, given.release);
    const { output = "table" } = context.options;
    if (output !== "table") await printObject(context.terminal, output, explanation);
    else
      for (const line of renderExplanation(explanation, observation.now, paintWith(context.terminal.colour)))
        context.terminal.out(line);
    return EXIT.ok;
  });
}

/** Lines for people. */
export function renderExplanation(e: Explanation, now: Instant, paint: Paint): readonly string[] {
  const wakeAt = readInstant(e.wakeAt ?? "");
  const speech = e.spoke.map((t) => `${paint.strong(t.rule)}: ${t.said}`);
  return [
    paint.strong(`release ${e.release} of plan ${e.plan}: ${stateText(e.before)}`),
    ...list(
      "the rule that speaks",
      speech.length === 0 ? ["none: there is nothing that this release waits for"] : speech,
    ),
    ...(e.silent.length === 0 ? [] : [`asked before, silent: ${paint.faint(e.silent.join(", "))}`]),
    `next state: ${sameJson(e.before, e.after) ? "as it is" : stateText(e.after)}`,
    ...list("at once, before any status is stored", e.atOnce),
    ...list("then", e.afterwards),
    `looks again: ${wakeAt === undefined ? "when something changes" : `when something changes, or ${relative(wakeAt, now)}`}`,
    ...list("note", e.notes),
  ];
}

const list = (title: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? [] : [`${title}:`, ...lines.map((l) => `  ${l}`)];

const stateText = (s: StateText): string =>
  [
    [s.phase, s.step].filter((t) => t !== undefined).join("/"),
    s.stage,
    s.weight,
    s.held === undefined ? undefined : `held by ${s.held}`,
    s.message === "" ? undefined : s.message,
  ]
    .filter((t) => t !== undefined)
    .join(", ");
