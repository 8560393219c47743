import { type Command, InvalidArgumentError } from "commander";
import type { Duration } from "../../base/duration.ts";
import { durationOption, type GlobalValues, reasonOption, type Start, subcommand } from "./options.ts";

type Values = GlobalValues & {
  readonly systemNamespace: string;
  readonly reason: string;
  readonly file: string;
  readonly generation?: number;
  readonly wait?: Duration;
};

/** For those who look after Pulumi's state. */
export function declareStacks(program: Command, start: Start): void {
  const stacks = program
    .command("stacks")
    .description("Pulumi's state that Bascule keeps in the cluster: look, save, put back, rebuild");
  const declare = (usage: string, summary: string): Command =>
    subcommand(stacks, usage, summary).option(
      "--system-namespace <name>",
      "the controller's namespace",
      "bascule-system",
    );
  const waiting = (command: Command): Command =>
    command
      .requiredOption("--reason <text>", "why; kept with the state", reasonOption)
      .option(
        "--wait <duration>",
        "wait for the stack's Lease at most this long; default 20s",
        durationOption,
      );
  declare("list", "what is stored of each stack").action((o: Values) =>
    start(o, async (context) => (await commands()).listStacks(context, o)),
  );
  declare(
    "export <stack>",
    "print a stack's deployment as `pulumi stack export` does; secrets stay encrypted",
  )
    .option("--generation <n>", "a former one, as list shows", generationOption)
    .action((stack: string, o: Values) =>
      start(o, async (context) => (await commands()).exportStack(context, { ...o, stack })),
    );
  waiting(declare("import <stack>", "put an exported deployment in the place of what is stored"))
    .requiredOption("-f, --file <file>", "what was exported; - is standard input")
    .action((stack: string, o: Values) =>
      start(o, async (context) => (await commands()).importStack(context, { ...o, stack })),
    );
  waiting(
    declare("adopt <stack>", "set what is stored aside; the next apply takes over what is there"),
  ).action((stack: string, o: Values) =>
    start(o, async (context) => (await commands()).adoptStack(context, { ...o, stack })),
  );
}

const commands = () => import("../commands/stacks.ts");

function generationOption(text: string): number {
  const generation = Number(text);
  if (!Number.isInteger(generation) || generation < 0)
    throw new InvalidArgumentError("give a number as list shows it");
  return generation;
}
