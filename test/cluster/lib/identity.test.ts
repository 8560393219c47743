import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";
import { end, identify, isAlive, readStat } from "./identity.ts";

test("start time and parent are found behind a command name with brackets and spaces", () => {
  const rest = Array.from({ length: 30 }, (_, i) => String(i + 4)).join(" ");
  expect(readStat(`12 (a) b (c) S ${rest}`)).toEqual({ state: "S", parent: 4, startTime: "22" });
});

test("a process with the same number but another start time is not the same process", () => {
  const me = identify(process.pid);
  expect(me && isAlive(me)).toBe(true);
  expect(me && isAlive({ ...me, startTime: "1" })).toBe(false);
  expect(me && isAlive({ ...me, bootId: "another boot" })).toBe(false);
});

test("ending leaves a reused number alone and ends the right process", async () => {
  const child = spawn("sleep", ["60"]);
  await once(child, "spawn");
  const id = identify(child.pid ?? 0);
  if (!id) throw new Error("the child has no identity");
  await end({ ...id, startTime: "1" });
  expect(isAlive(id)).toBe(true);
  await end(id);
  expect(isAlive(id)).toBe(false);
});
