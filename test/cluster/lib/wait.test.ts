import { expect, test } from "vitest";
import { milliseconds } from "../../../src/base/duration.ts";
import { ClusterError } from "../errors.ts";
import { waitUntil } from "./wait.ts";

const quick = { deadline: milliseconds(20), every: milliseconds(1) };

test("a probe that throws is asked again", async () => {
  let asked = 0;
  await waitUntil("third answer", () => {
    asked += 1;
    if (asked < 3) throw new Error("not yet");
    return true;
  });
  expect(asked).toBe(3);
});

test("a wait that ends names what was awaited, the last failure and the explanation", async () => {
  const failing = (): boolean => {
    throw new Error("connection refused");
  };
  const error = await waitUntil("etcd answers", failing, { ...quick, explain: () => "end of its log" }).catch(
    (e) => e,
  );
  expect(error).toBeInstanceOf(ClusterError);
  expect(error).toMatchObject({ kind: "timeout", retry: "later" });
  expect(error.message).toBe("etcd answers: not within 20ms (connection refused)\nend of its log");
});
