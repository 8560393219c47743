import { hostname } from "node:os";
import { expect, test } from "vitest";
import { mayUnlock } from "./locks.ts";

const holder = (host: string) => ({ user: "root", host, pid: 42, since: "2030-01-01T00:00:00Z" });

test("a lock of this host goes when its process is gone, and only then", () => {
  expect(mayUnlock(holder(hostname()), "", () => false)).toBe(true);
  expect(mayUnlock(holder(hostname()), "", () => true)).toBe(false);
});

test("a lock of another controller goes, because its Lease has run out; a person's stays", () => {
  const own = "bascule-controller-[a-z0-9-]+";
  expect(mayUnlock(holder("bascule-controller-7d9f-x2x"), own, () => true)).toBe(true);
  expect(mayUnlock(holder("my-bascule-controller-7d9f"), own, () => false)).toBe(false);
  expect(mayUnlock(holder("laptop"), own, () => false)).toBe(false);
  expect(mayUnlock(holder("laptop"), "", () => false)).toBe(false);
});
