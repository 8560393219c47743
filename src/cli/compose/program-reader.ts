/** Child process of the command line: loads one stack program, tells its ports and pods for the given values, and ends. */

import type { PodShape, SlotInput, StackPort } from "../../ports/stacks.ts";
import type { StackProgram } from "../../stacks/contract.ts";
import { loadProgram, readPorts, shareModules } from "../../stacks/load-program.ts";
import type { ProgramSource } from "../../stacks/messages.ts";
import { rehearse } from "../../stacks/rehearse.ts";

export interface ProgramQuestion {
  readonly source: ProgramSource;
  readonly values: Readonly<Record<string, unknown>>;
  /** Slot whose pods are to be told as well. */
  readonly slot?: SlotInput;
}
export type ProgramAnswer =
  | {
      readonly ok: true;
      readonly ports: readonly StackPort[];
      readonly shared: boolean;
      readonly pods?: readonly PodShape[];
      /** Objects of the shared part, where the slot's pods were asked for. */
      readonly sharedObjects?: readonly string[];
      /** Why the pods are not known. */
      readonly unrehearsed?: string;
    }
  | { readonly ok: false; readonly message: string };

async function answer({ source, values, slot }: ProgramQuestion): Promise<ProgramAnswer> {
  try {
    shareModules();
    const program = await loadProgram(source);
    const ports = readPorts(program, values);
    const shared = program.shared !== undefined;
    return { ok: true, ports, shared, ...(slot === undefined ? {} : await podsOf(program, slot)) };
  } catch (error) {
    return { ok: false, message: messageOf(error) };
  }
}

/** That a program can't be rehearsed is no reason to refuse it: the controller never does that. */
async function podsOf(program: StackProgram, slot: SlotInput): Promise<object> {
  try {
    const { pods, shared } = await rehearse(program, slot);
    return { pods, ...(shared === undefined ? {} : { sharedObjects: shared }) };
  } catch (error) {
    return { unrehearsed: messageOf(error) };
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

process.once("message", (question: ProgramQuestion) => {
  void answer(question).then((reply) => process.send?.(reply, () => process.disconnect()));
});
