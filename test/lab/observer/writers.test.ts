import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type AcceptedWrite, acceptedSince, auditEnd, lateWrites } from "./writers.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "bascule-writers-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const write = (agent: string, election = false): AcceptedWrite => ({
  ...{ at: "", agent, election },
  what: election ? "update leases bascule" : "patch releases status shop-2",
});

describe("where nobody is elected", () => {
  test("one life after the other breaks nothing", () => {
    expect(lateWrites([write("1"), write("1"), write("2"), write("3"), write("3")])).toEqual([]);
  });

  test("a write of a former life is a breach", () => {
    expect(lateWrites([write("1"), write("2"), write("1")])).toEqual([
      expect.stringContaining("1 wrote (patch releases status shop-2) in the turn of 2"),
    ]);
  });
});

describe("where a leader is elected", () => {
  test("whoever takes the Lease writes, also again", () => {
    const log = [write("a", true), write("a"), write("b", true), write("b"), write("a", true), write("a")];
    expect(lateWrites(log)).toEqual([]);
  });

  test("a write without the Lease is a breach", () => {
    expect(lateWrites([write("a", true), write("a"), write("b")])).toHaveLength(1);
    expect(lateWrites([write("a", true), write("b", true), write("a")])).toHaveLength(1);
  });
});

test("of an audit log the controller's accepted writes count, from where one begins to read, in order", () => {
  const log = join(folder, "audit.log");
  const user = { username: "system:serviceaccount:bascule-system:bascule-controller" };
  const add = (event: object): void =>
    appendFileSync(log, `${JSON.stringify({ user, userAgent: "one", ...event })}\n`);
  const release = { resource: "releases", subresource: "status", name: "shop-2" };
  const accepted = { responseStatus: { code: 200 } };
  add({ verb: "patch", requestReceivedTimestamp: "1", objectRef: release, ...accepted });
  const from = auditEnd(log);
  add({ verb: "update", requestReceivedTimestamp: "4", objectRef: { resource: "leases" }, ...accepted });
  add({ verb: "patch", requestReceivedTimestamp: "3", objectRef: release, ...accepted });
  add({ verb: "patch", requestReceivedTimestamp: "3", responseStatus: { code: 409 } });
  add({ verb: "get", requestReceivedTimestamp: "3", ...accepted });
  add({ verb: "patch", requestReceivedTimestamp: "3", ...accepted, user: { username: "somebody" } });
  appendFileSync(log, '{"verb":"patch","user":{"user');
  expect(acceptedSince(log, from).map(({ what }) => what)).toEqual([
    "patch releases status shop-2",
    "update leases",
  ]);
});
