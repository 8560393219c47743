import fc from "fast-check";
import { expect, test } from "vitest";
import { minutes } from "../base/duration.ts";
import type { StackRequest } from "../ports/stacks.ts";
import { isStackName, pulumiStackName } from "./names.ts";
import { checkRequest } from "./request.ts";

const request = (change: Partial<StackRequest> = {}): StackRequest => ({
  key: "k",
  stack: "prod.shop.blue",
  operation: "apply",
  serviceAccount: { namespace: "prod", name: "bascule" },
  deadline: minutes(1),
  task: {
    kind: "slot",
    program: "web-service",
    input: {
      namespace: "prod",
      plan: "shop",
      slot: "blue",
      release: "shop-1",
      version: "1",
      images: {},
      values: {},
    },
  },
  ...change,
});

test("a request whose parts belong together is fine", () => {
  expect(checkRequest(request())).toBeUndefined();
});

test.each([
  ["a stack of another form", { stack: "../../etc.shop.blue" }, /not of the form/],
  ["a stack of another plan", { stack: "prod.cart.blue" }, /does not belong to plan shop/],
  ["a stack of the other slot", { stack: "prod.shop.green" }, /not the one of its task/],
  [
    "an account of another namespace",
    { serviceAccount: { namespace: "kube-system", name: "x" } },
    /namespace prod/,
  ],
  ["no time", { deadline: minutes(0) }, /deadline/],
])("%s is refused", (_what, change, message) => {
  expect(checkRequest(request(change))).toMatch(message);
});

test("Pulumi's names of stacks stay within 100 characters, and different stacks keep different names", () => {
  const label = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
  const plan = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?$/);
  const stack = fc
    .tuple(label, plan, fc.constantFrom("blue", "green", "entry"))
    .map((parts) => parts.join("."));
  fc.assert(
    fc.property(stack, stack, (one, two) => {
      expect(isStackName(one)).toBe(true);
      expect(pulumiStackName(one).length).toBeLessThanOrEqual(100);
      expect(pulumiStackName(one) === pulumiStackName(two)).toBe(one === two);
    }),
  );
});
