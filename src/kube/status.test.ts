import { describe, expect, it } from "vitest";
import { readFailure, readRetryAfter, readStatus } from "./status.ts";

describe("the error of an answer", () => {
  it.each([
    [400, "invalid", "never"],
    [401, "unauthorized", "later"],
    [403, "forbidden", "later"],
    [404, "notFound", "later"],
    [409, "conflict", "soon"],
    [410, "gone", "soon"],
    [415, "unsupported", "never"],
    [422, "invalid", "never"],
    [429, "tooManyRequests", "soon"],
    [500, "server", "soon"],
    [503, "server", "soon"],
    [504, "server", "soon"],
    [302, "malformed", "later"],
  ])("of code %d is of kind %s, to be retried %s", (code, kind, retry) => {
    expect(readFailure(code, "{}")).toMatchObject({ code, kind, retry });
  });

  it("tells an object that exists already from one that changed meanwhile", () => {
    const body = (reason: string): string => JSON.stringify({ kind: "Status", reason, message: "m" });
    expect(readFailure(409, body("AlreadyExists")).kind).toBe("alreadyExists");
    expect(readFailure(409, body("Conflict")).kind).toBe("conflict");
  });

  it("names each field of a refused apply with its manager", () => {
    const causes = [
      {
        reason: "FieldManagerConflict",
        field: ".spec.replicas",
        message: 'conflict with "kubectl" using apps/v1',
      },
      {
        reason: "FieldManagerConflict",
        field: ".status.x",
        message: 'conflict with "argocd" with subresource "status" using v1',
      },
      { reason: "Other", field: ".a", message: 'conflict with "no"' },
      "nonsense",
    ];
    const body = JSON.stringify({ kind: "Status", reason: "Conflict", message: "m", details: { causes } });
    expect(readFailure(409, body).conflicts).toEqual([
      { field: ".spec.replicas", manager: "kubectl" },
      { field: ".status.x", manager: "argocd" },
    ]);
  });

  it("does not repeat a proxy's page and bounds a long message", () => {
    expect(readFailure(502, "<html>secret</html>").message).toBe(
      "the API server answered 502 without a Status",
    );
    const long = readStatus({ kind: "Status", code: 500, message: "x".repeat(10_000) });
    expect(long.message).toHaveLength(2_000);
  });

  it.each([
    ["7", undefined, 7_000],
    ["99999", undefined, 300_000],
    ["Tue, 01 Jan 2030 00:00:30 GMT", "Tue, 01 Jan 2030 00:00:00 GMT", 30_000],
    ["Tue, 01 Jan 2030 00:00:30 GMT", undefined, undefined],
    ["soon", undefined, undefined],
    [undefined, undefined, undefined],
  ])("reads Retry-After %s as %s says", (header, date, wait) => {
    expect(readRetryAfter(header, date)).toBe(wait);
  });
});
