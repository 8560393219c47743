import { type Command, Option } from "commander";
import type { Asked } from "../control-level.ts";
import { LIVE_SIDES } from "../sides.ts";
import { type GlobalValues, reasonOption, type Start, subcommand } from "./options.ts";

type Values = GlobalValues & {
  readonly reason: string;
  readonly step?: string;
  readonly hold?: string;
  readonly slot?: (typeof LIVE_SIDES)[number];
};

/** Commands to a release: each sets one level of `spec.control`. */
export function declareControl(program: Command, start: Start): void {
  const declare = (usage: string, summary: string, ask: (o: Values) => Asked): Command =>
    subcommand(program, `${usage} <release>`, summary)
      .requiredOption("--reason <text>", "why; kept in the record", reasonOption)
      .action((release: string, o: Values) =>
        start(o, async (context) =>
          (await import("../commands/control.ts")).control(context, {
            release,
            reason: o.reason,
            asked: ask(o),
          }),
        ),
      );
  declare("pause", "go no further; traffic stays where it is, checks go on", () => ({ kind: "pause" }));
  declare("resume", "end a pause, or the hold that --hold names", (o) => ({
    kind: "resume",
    hold: o.hold,
  })).option("--hold <id>", "id of the hold, as status shows it");
  declare("abort", "take the release back now", () => ({ kind: "abort" }));
  declare("promote", "end the wait of a step; accepts inconclusive, never failed", (o) => ({
    kind: "promote",
    step: o.step,
  })).option("--step <name>", "step; default: the one that waits now");
  declare("skip", "leave out the rest of a step; it is recorded as skipped", (o) => ({
    kind: "skip",
    step: o.step,
  })).option("--step <name>", "step; default: the one that waits now");
  declare("revert", "go back while the old slot is kept", () => ({ kind: "revert" }));
  declare("accept-live", "end a failed revert by saying which side is live", (o) => ({
    kind: "acceptLive",
    slot: o.slot ?? "none",
  })).addOption(
    new Option("--slot <side>", "side that is to count as live").choices(LIVE_SIDES).makeOptionMandatory(),
  );
}
