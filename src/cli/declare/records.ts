import { type Command, Option } from "commander";
import { LANGUAGES, type Language, VSR_FORMATS, type VsrFormat } from "../../ports/reports.ts";
import { type GlobalValues, type Start, withAccess } from "./options.ts";

interface RecordValues extends Omit<GlobalValues, "output"> {
  readonly lang: Language;
  readonly format: VsrFormat | "all";
  readonly output: string;
}

/** Commands that make documents. */
export function declareRecords(program: Command, start: Start): void {
  const summary = "write the record of a release's verification: all tests, reservations, decision";
  withAccess(program.command("record <release>").description(summary))
    .addOption(new Option("--lang <language>", "language").choices(LANGUAGES).default("en"))
    .addOption(new Option("--format <format>", "form").choices([...VSR_FORMATS, "all"]).default("markdown"))
    .option("--output <folder>", "folder to write to; - is standard output", "-")
    .action((release: string, { output, ...o }: RecordValues) =>
      start(o, async (context) =>
        (await import("../commands/record.ts")).record(context, {
          release,
          language: o.lang,
          formats: o.format === "all" ? VSR_FORMATS : [o.format],
          output,
        }),
      ),
    );
}
