import { expect, it } from "vitest";
import { disguised, newUids, type Stored } from "./stored.ts";

const UID = "6f1c7d52-0d0b-4c3e-9f57-1e64a1f2a001";
const stored = (key: string, value: string): Stored => ({
  key: Buffer.from(key),
  value: Buffer.from(value, "latin1"),
});

it("gives copies names and uids of their own, the same wherever the original's stood", () => {
  const plan = stored("/registry/plans/shop-0", `{"uid":"${UID}"}`);
  const release = stored("/registry/releases/shop-0-r1", `{"owner":"${UID}","plan":"shop-0"}`);
  const disguise = new Map([...newUids([plan, release]), ["shop-0", "shop-1"]]);
  const [copy, owned] = [disguised(plan, disguise), disguised(release, disguise)];
  const { uid } = JSON.parse(copy.value.toString());
  expect(uid).not.toBe(UID);
  expect(JSON.parse(owned.value.toString())).toEqual({ owner: uid, plan: "shop-1" });
  expect(owned.key.toString()).toBe("/registry/releases/shop-1-r1");
});

it("leaves every other byte as it is, and refuses what would move them", () => {
  const bytes = Buffer.from([0x6b, 0x38, 0x73, 0x00, 0xff, 0x80, 0x0a, 0x02, 0x61, 0x62, 0xfe]);
  const copy = disguised({ key: Buffer.from("ab"), value: bytes }, new Map([["ab", "cd"]]));
  expect([...copy.value]).toEqual([0x6b, 0x38, 0x73, 0x00, 0xff, 0x80, 0x0a, 0x02, 0x63, 0x64, 0xfe]);
  expect(() => disguised({ key: bytes, value: bytes }, new Map([["ab", "abc"]]))).toThrow("not as long");
});
