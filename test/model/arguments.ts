/** What `node test/model/main.ts` can be asked for. */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import type { Move } from "./moves.ts";
import { readPath } from "./path.ts";
import { SMALL_SUITE, type Task, WHOLE_SUITE } from "./suite.ts";
import { WORLD_NAMES, type WorldName } from "./worlds.ts";

export const USAGE = `usage: node test/model/main.ts [options]
  --small            the part that every run of all tests explores
  --world a,b        these worlds: ${WORLD_NAMES.join(", ")}
  --faults n         faults in a run at most (1)
  --commands n       commands in a run at most (1)
  --both n           faults and commands together at most (1)
  --states n         states of a world at most (2000000); a world with more is not explored whole, and the exit code is 3
  --json             the answers as JSON lines
  --replay path      "world: moves", or a file with that: tells each state and decision on the way, and then to the end
exit code: 0 no law is broken, 1 one is, 2 wrong usage, 3 not explored whole`;

export type Asked =
  | { readonly kind: "replay"; readonly world: WorldName; readonly path: readonly Move[] }
  | {
      readonly kind: "explore";
      readonly tasks: readonly Task[];
      readonly mostStates: number;
      readonly json: boolean;
    };

/** @throws RangeError or TypeError that says what is wrong */
export function readArguments(args: readonly string[]): Asked {
  const { values } = parseArgs({
    args: [...args],
    options: {
      small: { type: "boolean", default: false },
      world: { type: "string" },
      faults: { type: "string" },
      commands: { type: "string" },
      both: { type: "string" },
      states: { type: "string", default: "2000000" },
      json: { type: "boolean", default: false },
      replay: { type: "string" },
    },
  });
  if (values.replay !== undefined) return readReplay(values.replay);
  const mostStates = readCount("--states", values.states);
  const chosen = [values.world, values.faults, values.commands, values.both].some((v) => v !== undefined);
  if (!chosen)
    return {
      kind: "explore",
      tasks: values.small ? SMALL_SUITE : WHOLE_SUITE,
      mostStates,
      json: values.json,
    };
  const worlds = values.world === undefined ? WORLD_NAMES : values.world.split(",").map(readWorld);
  const budget = {
    faults: readCount("--faults", values.faults ?? "1"),
    commands: readCount("--commands", values.commands ?? "1"),
    both: readCount("--both", values.both ?? "1"),
  };
  const tasks = worlds.map((world) => ({ world, budget }));
  return { kind: "explore", tasks, mostStates, json: values.json };
}

function readReplay(text: string): Asked {
  const line = text.includes(":") ? text : readFileSync(text, "utf8").trim();
  const [world = "", ...path] = line.split(":");
  return { kind: "replay", world: readWorld(world), path: readPath(path.join(":")) };
}

function readWorld(text: string): WorldName {
  const name = WORLD_NAMES.find((known) => known === text.trim());
  if (name === undefined)
    throw new RangeError(`there is no world "${text}"; choose of ${WORLD_NAMES.join(", ")}`);
  return name;
}

function readCount(option: string, text: string): number {
  const count = Number(text);
  if (!Number.isSafeInteger(count) || count < 0) throw new RangeError(`${option}: "${text}" is no number`);
  return count;
}
