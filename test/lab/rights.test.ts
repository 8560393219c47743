import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readUses, refused, type Use, unused } from "./rights.ts";

const event = (verb: string, user: string, at: string, objectRef: object, code: number): string =>
  JSON.stringify({
    verb,
    requestReceivedTimestamp: at,
    user: { username: user },
    objectRef,
    responseStatus: { code },
  });
const PODS = { resource: "pods", namespace: "shop" };
const LEASES = { apiGroup: "coordination.k8s.io", resource: "leases", namespace: "system" };
let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "bascule-rights-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function usesOf(...lines: readonly string[]): Promise<readonly Use[]> {
  const log = join(folder, "audit.log");
  writeFileSync(log, lines.join("\n"));
  return readUses(log, "me", "2026-01-01T00:00:00.000000Z");
}

test("what others asked for, and what was asked for before, does not count; the same counts once", async () => {
  const now = "2026-01-01T00:00:01.000000Z";
  const uses = await usesOf(
    event("list", "me", now, PODS, 200),
    event("list", "me", now, PODS, 200),
    event("get", "somebody", now, PODS, 200),
    event("delete", "me", "2025-12-31T23:59:59.000000Z", PODS, 200),
    '{"verb":"get","user":{"user',
  );
  expect(uses).toEqual([{ group: "", resource: "pods", verb: "list", namespace: "shop", code: 200 }]);
});

test("a right that nothing needed is told, and one that was refused although given is no use and no lack", async () => {
  const now = "2026-01-01T00:00:01.000000Z";
  const uses = await usesOf(
    event("get", "me", now, LEASES, 404),
    event("list", "me", now, PODS, 403),
    event("delete", "me", now, PODS, 403),
    event("update", "me", now, { ...LEASES, namespace: "elsewhere" }, 200),
  );
  const lease = { group: "coordination.k8s.io", resource: "leases", namespace: "system" };
  const given = [
    { ...lease, verb: "get" },
    { ...lease, verb: "update" },
    { group: "", resource: "pods", verb: "list" },
    { group: "", resource: "pods", subresource: "log", verb: "get" },
  ];
  expect(unused(given, uses)).toEqual(given.slice(1));
  expect(refused(given, uses)).toMatchObject([{ resource: "pods", verb: "delete" }]);
});
