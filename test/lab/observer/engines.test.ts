import { expect, test } from "vitest";
import { instant } from "../../../src/base/instant.ts";
import { type EngineSighting, enginesOverlapping, readEngine } from "./engines.ts";

const seen = (at: number, pid: number, started: number, stack = "ns.shop.green"): EngineSighting => ({
  at: instant(at),
  pid,
  started: instant(started),
  stack,
  operation: "up",
});

test("CLIs that change one stack one after the other, or two stacks at once, break nothing", () => {
  const log = [seen(100, 1, 50), seen(300, 1, 50), seen(500, 2, 310), seen(500, 3, 100, "ns.shop.entry")];
  expect(enginesOverlapping(log)).toEqual([]);
});

test("a CLI that began while another was at the same stack is a breach, also when no look saw both", () => {
  expect(enginesOverlapping([seen(300, 1, 50), seen(300, 2, 200)])).toHaveLength(1);
  expect(enginesOverlapping([seen(300, 1, 50), seen(500, 2, 290)])).toEqual([
    expect.stringMatching(/^ns\.shop\.green: up began in process 2 .* process 1 was at up until/),
  ]);
});

test("only a CLI that changes a stack counts", () => {
  const line = (...args: readonly string[]): string => `${args.join("\0")}\0`;
  expect(readEngine(line("/opt/pulumi", "up", "--yes", "--stack", "ns.shop.blue"))).toEqual({
    operation: "up",
    stack: "ns.shop.blue",
  });
  expect(readEngine(line("pulumi", "destroy", "--stack", "organization/bascule/a.b.blue"))?.stack).toBe(
    "a.b.blue",
  );
  expect(readEngine(line("pulumi", "preview", "--stack", "ns.shop.blue"))).toBeUndefined();
  expect(readEngine(line("pulumi-resource-kubernetes", "up", "--stack", "x"))).toBeUndefined();
  expect(readEngine("")).toBeUndefined();
});
