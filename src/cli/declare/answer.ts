import { type Command, Option } from "commander";
import { type GlobalValues, reasonOption, type Start, subcommand } from "./options.ts";

type Values = GlobalValues & {
  readonly reason: string;
  readonly pass?: boolean;
  readonly fail?: boolean;
};

/** A person's answer to a manual check. */
export function declareAnswer(program: Command, start: Start): void {
  const command = subcommand(
    program,
    "answer <verification|release> <check>",
    "answer a manual check under your own name",
  )
    .requiredOption("--reason <text>", "why; kept in the record", reasonOption)
    .addOption(new Option("--pass", "it is good").conflicts("fail"))
    .addOption(new Option("--fail", "it is not"));
  command.action((name: string, check: string, o: Values) => {
    if (o.pass === undefined && o.fail === undefined)
      command.error("error: give --pass or --fail", { exitCode: 2, code: "bascule.noAnswer" });
    return start(o, async (context) =>
      (await import("../commands/answer.ts")).answer(context, {
        ...{ name, check, reason: o.reason },
        verdict: o.pass === true ? "pass" : "fail",
      }),
    );
  });
}
