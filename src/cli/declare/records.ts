import { type Command, Option } from "commander";
import { type Duration, hours } from "../../base/duration.ts";
import { LANGUAGES, type Language, VSR_FORMATS, type VsrFormat } from "../../ports/reports.ts";
import { VERIFY_OUTPUTS, type VerifyOutput } from "../verify-outputs.ts";
import { durationOption, type GlobalValues, type Start, withAccess } from "./options.ts";

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
  declareVerify(program, start);
}

interface VerifyValues extends Omit<GlobalValues, "output"> {
  readonly file: string;
  readonly service?: string;
  readonly timeout?: Duration;
  readonly output: VerifyOutput | "text";
  readonly junit?: string;
  readonly rm?: boolean;
  readonly strict?: boolean;
}

/** For a whole run of checks as `bascule verify` waits for it. */
const VERIFY_TIMEOUT = hours(1);

function declareVerify(program: Command, start: Start): void {
  const summary = "run checks against a service now, without a release; the exit code tells how they ended";
  withAccess(program.command("verify").description(summary))
    .requiredOption(
      "-f, --file <file>",
      "a Verification, a mapping with target and checks, or a list of checks; - is standard input",
    )
    .option("--service <name>", "Service to verify; default: target.service of the file")
    .option("--timeout <duration>", "stop waiting after this time; default: 1h", durationOption)
    .addOption(
      new Option("-o, --output <format>", "form of the result; text is the same as table")
        .choices(["text", ...VERIFY_OUTPUTS])
        .default("table"),
    )
    .option("--junit <file>", "write JUnit XML to this file as well")
    .option("--rm", "delete the Verification at the end, whatever the end")
    .option("--strict", "passed with reservations is no success (exit code 12)")
    .action(({ output, ...o }: VerifyValues) =>
      start(o, async (context) =>
        (await import("../commands/verify.ts")).verify(context, {
          file: o.file,
          ...(o.service === undefined ? {} : { service: o.service }),
          timeout: o.timeout ?? VERIFY_TIMEOUT,
          output: output === "text" ? "table" : output,
          ...(o.junit === undefined ? {} : { junit: o.junit }),
          remove: o.rm === true,
          strict: o.strict === true,
        }),
      ),
    );
}
