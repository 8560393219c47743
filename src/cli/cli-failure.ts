import { EXIT, type ExitCode } from "./exit-codes.ts";

/** Ends a command with one line for people: what is wrong, where, and what to do about it. */
export class CliFailure extends Error {
  override readonly name = "CliFailure";
  readonly kind: "usage" | "refused";
  readonly retry = "never";
  readonly exit: ExitCode;

  constructor(message: string, exit: ExitCode = EXIT.error, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.exit = exit;
    this.kind = exit === EXIT.usage ? "usage" : "refused";
  }
}

export const usageFailure = (message: string, cause?: unknown): CliFailure =>
  new CliFailure(message, EXIT.usage, cause);
