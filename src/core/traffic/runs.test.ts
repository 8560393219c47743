import { expect, it } from "vitest";
import { forwardStale, readRun, renderRun, revertStale } from "./runs.ts";

it("reads what it writes, and nothing else", () => {
  expect(readRun(renderRun({ release: "a-b", sequence: 12 }))).toEqual({ release: "a-b", sequence: 12 });
  for (const text of [undefined, "", "a", "a/", "/1", "a/b", "a/-1", "a/1/2", "a b/1"])
    expect(readRun(text)).toBeUndefined();
});

it("compares sequences as numbers", () => {
  expect(forwardStale({ run: "a/10" }, "b/9")).toContain("a/10");
  expect(forwardStale({ run: "a/9" }, "b/10")).toBeUndefined();
  expect(revertStale({ run: "a/10" }, "b/9")).toContain("a/10");
});

it("takes two releases under one number for strangers", () => {
  expect(forwardStale({ run: "a/1" }, "b/1")).toBeDefined();
  expect(forwardStale({ run: "a/1" }, "a/1")).toBeUndefined();
});

it("lets text that is no run fence nobody off", () => {
  expect(forwardStale({ run: "garbage" }, "a/1")).toBeUndefined();
  expect(revertStale({ run: "garbage" }, "a/1")).toBeUndefined();
});

it("lets a reverted run only give the object back", () => {
  const marks = { run: "a/1", reverted: "a/1" };
  expect(forwardStale(marks, "a/1")).toBeDefined();
  expect(forwardStale(marks, "a/1", "completed")).toBeDefined();
  expect(forwardStale(marks, "a/1", "released")).toBeUndefined();
  expect(revertStale(marks, "a/1")).toBeUndefined();
});

it("lets a completed run only be completed again", () => {
  const marks = { run: "a/1", completed: "a/1" };
  expect(forwardStale(marks, "a/1")).toBeDefined();
  expect(forwardStale(marks, "a/1", "completed")).toBeUndefined();
  expect(revertStale(marks, "a/1")).toBeDefined();
});
