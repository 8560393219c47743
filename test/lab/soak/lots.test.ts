import { expect, test } from "vitest";
import { Bag, Lots } from "./lots.ts";

const ALL = ["a", "b", "c", "d", "e"];
const drawn = (seed: string, count: number): readonly string[] => {
  const bag = new Bag(ALL, new Lots(seed));
  return Array.from({ length: count }, () => bag.draw());
};

test("a seed chooses the same again, and another one something else", () => {
  expect(drawn("1", 50)).toEqual(drawn("1", 50));
  expect(drawn("1", 50)).not.toEqual(drawn("2", 50));
});

test("each comes once before any comes again", () => {
  const rounds = drawn("x", 15);
  for (const from of [0, 5, 10]) expect(rounds.slice(from, from + 5).sort()).toEqual(ALL);
});

test("what does not fit stays for later, and is not drawn in its place", () => {
  const bag = new Bag(ALL, new Lots("y"));
  for (let n = 0; n < 4; n++) expect(["a", "b"]).toContain(bag.draw((one) => one <= "b"));
  expect([bag.draw((one) => one > "b"), bag.draw((one) => one > "b")]).not.toContain("a");
  expect(() => bag.draw((one) => one > "e")).toThrow(RangeError);
});
