import { fork } from "node:child_process";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { seconds } from "../../base/duration.ts";
import type { Clock } from "../../ports/clock.ts";
import type { PodShape, ProgramInfo, SlotInput } from "../../ports/stacks.ts";
import type { ProgramSource } from "../../stacks/messages.ts";
import type { ProgramAnswer, ProgramQuestion } from "./program-reader.ts";

const DEADLINE = seconds(60);
const HEAP_MIB = 384;
const READER = join(import.meta.dirname, `program-reader${extname(import.meta.filename)}`);

/** A program as it was read, with the pods of a slot where they were asked for. */
export interface ReadProgram {
  readonly info: ProgramInfo;
  readonly pods?: readonly PodShape[];
  readonly sharedObjects?: readonly string[];
  /** Why the pods are not known. */
  readonly unrehearsed?: string;
}

/**
 * Loads a program in a child process, because Pulumi's SDK is heavy and keeps hold of the process, and because no
 * variable of the person's own may reach the program. Never throws; a program that does not load is an answer.
 */
export async function readProgram(
  clock: Clock,
  source: ProgramSource,
  values: Readonly<Record<string, unknown>>,
  slot?: SlotInput,
): Promise<ReadProgram> {
  const child = fork(READER, [], {
    env: { PATH: "/usr/local/bin:/usr/bin:/bin", HOME: tmpdir(), TMPDIR: tmpdir(), LANG: "C.UTF-8" },
    execArgv: [`--max-old-space-size=${HEAP_MIB}`],
    // What a program prints at loading is not for the result of a command.
    stdio: ["ignore", "ignore", "ignore", "ipc"],
    serialization: "json",
  });
  const { promise, resolve } = Promise.withResolvers<ProgramAnswer>();
  const failed = (why: string): void => resolve({ ok: false, message: `program ${source.name} ${why}` });
  child.once("message", (answer: ProgramAnswer) => resolve(answer));
  child.once("error", (error) => failed(`can't be read: ${error.message}`));
  child.once("exit", (code, signal) => failed(`ended its reader with ${signal ?? `exit code ${code}`}`));
  const cancel = clock.after(DEADLINE, () => failed(`did not load within ${DEADLINE / 1_000} s`));
  const question: ProgramQuestion = { source, values, ...(slot === undefined ? {} : { slot }) };
  child.send(question, (error) => {
    if (error !== null) failed(`can't be read: ${error.message}`);
  });
  const answer = await promise;
  cancel();
  child.kill("SIGKILL");
  if (!answer.ok) return { info: answer };
  const { ports, shared, pods, sharedObjects, unrehearsed } = answer;
  return {
    info: { ok: true, name: source.name, digest: source.digest, ports, ...(shared ? { shared } : {}) },
    ...(pods === undefined ? {} : { pods }),
    ...(sharedObjects === undefined ? {} : { sharedObjects }),
    ...(unrehearsed === undefined ? {} : { unrehearsed }),
  };
}
