import type { FrozenRelease } from "../../api/frozen.ts";
import { sameJson } from "../../base/json.ts";
import type { Clock } from "../../ports/clock.ts";
import type { PodShape, ProgramInfo, SlotInput, StackOutcome, Stacks } from "../../ports/stacks.ts";
import { findProgram } from "../../stacks/program-folders.ts";
import { readProgram } from "./read-program.ts";

export interface LocalProgramsOptions {
  readonly clock: Clock;
  /** Folders of users' programs on this machine. */
  readonly folders: readonly string[];
  /** The last release of the plan that ran, for a program that is not on this machine. */
  readonly last?: Pick<FrozenRelease, "program" | "programDigest" | "ports" | "shared"> | undefined;
  /** A slot whose pods are to be learnt from the program. */
  readonly slot?: SlotInput | undefined;
}

/**
 * Stack programs as this machine has them. Nothing is ever applied from here; operations of the controller that a
 * status names count as running, because their outcome is known to the controller alone.
 */
export class LocalPrograms implements Stacks {
  readonly #options: LocalProgramsOptions;
  readonly notes: string[] = [];
  /** Pods of the slot that was asked for, once its program has been read. */
  pods: readonly PodShape[] | undefined;
  /** Objects of its shared part, likewise. */
  sharedObjects: readonly string[] | undefined;

  constructor(options: LocalProgramsOptions) {
    this.#options = options;
  }

  async program(name: string, values: Readonly<Record<string, unknown>>): Promise<ProgramInfo> {
    const { folders, last, clock, slot } = this.#options;
    const found = await findProgram(name, folders);
    if (found.ok) {
      const wanted = slot !== undefined && sameJson(slot.values, values) ? slot : undefined;
      const { info, pods, sharedObjects, unrehearsed } = await readProgram(
        clock,
        found.value,
        values,
        wanted,
      );
      if (pods !== undefined) this.pods = pods;
      if (sharedObjects !== undefined) this.sharedObjects = sharedObjects;
      if (unrehearsed !== undefined)
        this.notes.push(`what the pods of program ${name} ask for is not known: ${unrehearsed}`);
      return info;
    }
    if (last?.program !== name)
      return { ok: false, message: `${found.error} (here: name its folder with --programs)` };
    this.notes.push(
      `program ${name} is not on this machine (name its folder with --programs): digest and ports are those of the last release, and the values were not checked`,
    );
    const { programDigest: digest, ports, shared } = last;
    return { ok: true, name, digest, ports, ...(shared === undefined ? {} : { shared }) };
  }

  ensure(): StackOutcome {
    return {
      state: "failed",
      class: "cancelled",
      message: "the command line applies nothing",
      retry: "never",
    };
  }

  outcome(key: string): StackOutcome {
    this.notes.push(`operation ${key} counts as running: its outcome is known to the controller alone`);
    return { state: "running" };
  }

  cancel(): void {}
  onSettled(): void {}
  close(): Promise<void> {
    return Promise.resolve();
  }
}
