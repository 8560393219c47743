import type { Command } from "commander";
import { type GlobalValues, reasonOption, type Start, subcommand } from "./options.ts";

type Values = GlobalValues & {
  readonly reason: string;
  readonly service?: string;
  readonly dryRun?: boolean;
};

/** The end of an adoption. Its beginning is the plan itself. */
export function declareAdopt(program: Command, start: Start): void {
  subcommand(program, "adopt <plan>", "make the Service from before the first release the plan's entry")
    .requiredOption("--finish", "finish the adoption; it begins with the plan itself")
    .requiredOption("--reason <text>", "why; kept in the plan", reasonOption)
    .option("--service <name>", "the former Service; default: the one that the plan's status names")
    .option("--dry-run", "say what would happen, let the API server check it, and store nothing")
    .action((plan: string, o: Values) =>
      start(o, async (context) =>
        (await import("../commands/adopt.ts")).finishAdoption(context, {
          plan,
          service: o.service,
          reason: o.reason,
          dryRun: o.dryRun === true,
        }),
      ),
    );
}
