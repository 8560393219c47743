/** A Pulumi CLI with something in front of it that dies, hangs or talks rubbish when it is told to. */
import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What the next CLI does; each order holds for one process. */
export const CLI_FAULTS = {
  versionHangs: "the CLI hangs when it is asked for its version",
  killedAtStart: "the CLI is killed before it does anything",
  hangsAtStart: "the CLI hangs before it does anything",
  rubbishAndFailure: "the CLI prints rubbish and fails",
  rubbishAndSuccess: "the CLI prints rubbish, does nothing and says that all went well",
  rubbishAround: "the CLI prints rubbish around what it does",
  killedAtEnd: "the CLI has done all and is killed before it can say so",
} as const;
export type CliFault = keyof typeof CLI_FAULTS;

const script = (real: string, folder: string): string => `#!/bin/bash
# Stands in front of the real Pulumi CLI. An order is a file; the process that moves it away carries it out.
real='${real}'
ordered() { mv "${folder}/$1" "${folder}/$1.done" 2>/dev/null; }
rubbish() { head -c 60000 /dev/urandom; printf '\\n{"steps": [}\\n'; }
case "$1" in
  version) if ordered versionHangs; then kill -STOP $$; fi ;;
  up)
    if ordered killedAtStart; then kill -KILL $$; fi
    if ordered hangsAtStart; then kill -STOP $$; fi
    if ordered rubbishAndFailure; then rubbish; rubbish >&2; exit 1; fi
    if ordered rubbishAndSuccess; then rubbish; exit 0; fi
    if ordered rubbishAround; then rubbish; "$real" "$@"; code=$?; rubbish; exit $code; fi
    if ordered killedAtEnd; then "$real" "$@"; kill -KILL $$; fi ;;
esac
exec "$real" "$@"
`;

export class CliInBetween {
  readonly #folder: string;
  /** To be given to the controller in place of the real one. */
  readonly path: string;

  constructor(folder: string, real: string) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true });
    this.path = join(folder, "pulumi");
    writeFileSync(this.path, script(real, folder));
    chmodSync(this.path, 0o755);
  }

  order(fault: CliFault): void {
    writeFileSync(join(this.#folder, fault), "");
  }

  /** Whether the order was carried out. */
  isDone(fault: CliFault): boolean {
    return existsSync(join(this.#folder, `${fault}.done`)) && !existsSync(join(this.#folder, fault));
  }
}
