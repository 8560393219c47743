import { expect, test } from "vitest";
import { readGoVersion } from "./go.ts";

test("releases and release candidates of Go are read", () => {
  expect(readGoVersion("go version go1.26.8 linux/amd64")).toEqual({ major: 1, minor: 26 });
  expect(readGoVersion("go version go2.0rc1 linux/arm64")).toEqual({ major: 2, minor: 0 });
  expect(readGoVersion("gccgo")).toBeUndefined();
});
