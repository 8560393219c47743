import type { FrozenRelease } from "../../api/frozen.ts";
import type { Clock } from "../../ports/clock.ts";
import type { ProgramInfo, StackOutcome, Stacks } from "../../ports/stacks.ts";
import { findProgram } from "../../stacks/program-folders.ts";
import { readProgram } from "./read-program.ts";

export interface LocalProgramsOptions {
  readonly clock: Clock;
  /** Folders of users' programs on this machine. */
  readonly folders: readonly string[];
  /** The last release of the plan that ran, for a program that is not on this machine. */
  readonly last?: Pick<FrozenRelease, "program" | "programDigest" | "ports"> | undefined;
}

/**
 * Stack programs as this machine has them. Nothing is ever applied from here; operations of the controller that a
 * status names count as running, because their outcome is known to the controller alone.
 */
export class LocalPrograms implements Stacks {
  readonly #options: LocalProgramsOptions;
  readonly notes: string[] = [];

  constructor(options: LocalProgramsOptions) {
    this.#options = options;
  }

  async program(name: string, values: Readonly<Record<string, unknown>>): Promise<ProgramInfo> {
    const { folders, last, clock } = this.#options;
    const found = await findProgram(name, folders);
    if (found.ok) return readProgram(clock, found.value, values);
    if (last?.program !== name)
      return { ok: false, message: `${found.error} (here: name its folder with --programs)` };
    this.notes.push(
      `program ${name} is not on this machine (name its folder with --programs): digest and ports are those of the last release, and the values were not checked`,
    );
    return { ok: true, name, digest: last.programDigest, ports: last.ports };
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
