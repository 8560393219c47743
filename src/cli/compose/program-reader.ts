/** Child process of the command line: loads one stack program, tells its ports for the given values, and ends. */

import type { StackPort } from "../../ports/stacks.ts";
import { loadProgram, readPorts, shareModules } from "../../stacks/load-program.ts";
import type { ProgramSource } from "../../stacks/messages.ts";

export interface ProgramQuestion {
  readonly source: ProgramSource;
  readonly values: Readonly<Record<string, unknown>>;
}
export type ProgramAnswer =
  | { readonly ok: true; readonly ports: readonly StackPort[] }
  | { readonly ok: false; readonly message: string };

async function answer({ source, values }: ProgramQuestion): Promise<ProgramAnswer> {
  try {
    shareModules();
    return { ok: true, ports: readPorts(await loadProgram(source), values) };
  } catch (error) {
    return { ok: false, message: error instanceof Error ? error.message : String(error) };
  }
}

process.once("message", (question: ProgramQuestion) => {
  void answer(question).then((reply) => process.send?.(reply, () => process.disconnect()));
});
