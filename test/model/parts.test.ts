import { describe, expect, it } from "vitest";
import { SimWorld } from "../property/world/begin.ts";
import { readArguments } from "./arguments.ts";
import { findCycle, REST } from "./liveness.ts";
import { makeMove } from "./moves.ts";
import { readPath, renderPath } from "./path.ts";
import { stateKey } from "./state-key.ts";
import { WORLDS } from "./worlds.ts";

describe("a path", () => {
  it("is written with counts and read again", () => {
    const path = ["go", "go", "abort", "go!0.crashAfter", "blind.routes", "go"];
    expect(renderPath(path)).toBe("2 go, abort, go!0.crashAfter, blind.routes, go");
    expect(readPath(renderPath(path))).toEqual(path);
  });

  it("is refused by the part that can't be read", () => {
    expect(() => readPath("2 go, then abort it")).toThrow('"then abort it" is no move');
  });
});

describe("liveness", () => {
  it("holds where everything that follows ends", () => {
    expect(findCycle([1, 2, REST, 1, REST])).toBeUndefined();
  });

  it("breaks where states follow each other for ever, by whatever way one gets there", () => {
    expect(findCycle([1, REST, 3, 4, 2])).toBe(2);
    expect(findCycle([1, 1])).toBe(1);
  });
});

describe("the arguments", () => {
  it("choose worlds and budgets, or a path to replay", () => {
    const asked = readArguments([
      "--world",
      "direct,canary",
      "--faults",
      "0",
      "--commands",
      "2",
      "--both",
      "2",
    ]);
    const budget = { faults: 0, commands: 2, both: 2 };
    expect(asked).toMatchObject({
      tasks: [
        { world: "direct", budget },
        { world: "canary", budget },
      ],
    });
    expect(readArguments(["--replay", "direct: 2 go, abort"])).toEqual({
      kind: "replay",
      world: "direct",
      path: ["go", "go", "abort"],
    });
  });

  it("are refused with what is wrong", () => {
    expect(() => readArguments(["--world", "flat"])).toThrow('there is no world "flat"');
    expect(() => readArguments(["--faults", "many"])).toThrow('--faults: "many" is no number');
    expect(() => readArguments(["--replay", "direct: fly"])).not.toThrow();
  });
});

describe("a world that is put back", () => {
  const path = readPath("12 go, restart, 3 go, routeTo0, 2 go!0.conflict, 4 go");

  it("goes the same way again, after other ways were tried", async () => {
    const world = new SimWorld(WORLDS.canary);
    await world.begin();
    const restore = world.save();
    const walk = async (): Promise<readonly string[]> => {
      const keys = [stateKey(world)];
      for (const move of path) {
        await makeMove(world, move);
        keys.push(stateKey(world));
      }
      return keys;
    };
    const first = await walk();
    restore();
    for (const move of readPath("5 go, abort, 9 go, go!1.crashLate, 9 go")) await makeMove(world, move);
    restore();
    expect(await walk()).toEqual(first);
    expect(new Set(first).size).toBeGreaterThan(15);
  });

  it("is another state when only time has passed, and the same when only the record differs", async () => {
    const world = new SimWorld(WORLDS.canary);
    await world.begin();
    for (const move of readPath("9 go")) await makeMove(world, move);
    const before = stateKey(world);
    world.people.do({ kind: "touchRoute" });
    expect(stateKey(world)).not.toBe(before);
    await expect(makeMove(world, "fly")).rejects.toThrow('there is no move "fly"');
  });
});
