import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type DnsAnswer, DnsServer } from "../../../test/support/dns-server.ts";
import { lookContext } from "../../../test/support/look-context.ts";
import { until } from "../../../test/support/until.ts";
import { check as checkSchema } from "../../api/check.ts";
import { AddressPolicy } from "../../net/address-policy.ts";
import type { Look } from "../../ports/checks.ts";
import { DnsChecker } from "./dns.ts";

describe("a dns check", () => {
  let server: DnsServer;
  let answer: DnsAnswer;
  beforeEach(async () => {
    answer = [{ type: "A", data: "10.0.0.1" }];
    server = await DnsServer.start(() => answer);
  });
  afterEach(() => server.stop());

  const parse = (dns: object) =>
    checkSchema.parse({
      name: "d",
      dns: { name: "shop.example.com", server: server.address, timeout: "2s", ...dns },
    });
  const look = (dns: object = {}, signal = new AbortController().signal): Promise<Look> =>
    new DnsChecker(new AddressPolicy({ allow: ["127.0.0.0/8"] })).look(lookContext(parse(dns), { signal }));

  it("is good for a name that has an answer, and shows it", async () => {
    expect(await look()).toMatchObject({ good: true, reason: "Answered", evidence: "10.0.0.1" });
    expect(server.asked).toEqual(["shop.example.com"]);
  });

  it.each<[string, DnsAnswer, string]>([
    ["A", [{ type: "A", data: "10.0.0.1" }], "10.0.0.1"],
    ["AAAA", [{ type: "AAAA", data: "fd00:0:0:0:0:0:0:7" }], "FD00::7"],
    ["CNAME", [{ type: "CNAME", data: "edge.example.com" }], "Edge.Example.com."],
    ["SRV", [{ type: "SRV", data: "0 5 8080 shop-1.example.com" }], "0 5 8080 shop-1.example.com."],
    ["TXT", [{ type: "TXT", data: "v=spf1 -all" }], "v=spf1 -all"],
  ])("compares %s records in any notation", async (type, given, wanted) => {
    answer = given;
    const only = { answers: [wanted], only: true };
    expect(await look({ type, expect: only })).toMatchObject({ good: true });
    expect(await look({ type, expect: { answers: ["another"] } })).toMatchObject({
      good: false,
      reason: "WrongAnswers",
      message: expect.stringMatching(/^another is not among the 1 answers/),
    });
  });

  it("is bad for too few answers, and for others than the expected ones where only they may be there", async () => {
    answer = [
      { type: "A", data: "10.0.0.1" },
      { type: "A", data: "10.0.0.2" },
    ];
    expect(await look({ expect: { atLeast: 2, answers: ["10.0.0.2"] } })).toMatchObject({ good: true });
    expect(await look({ expect: { atLeast: 3 } })).toMatchObject({ good: false, reason: "TooFewAnswers" });
    expect(await look({ expect: { answers: ["10.0.0.2"], only: true } })).toMatchObject({
      good: false,
      reason: "WrongAnswers",
      message: expect.stringMatching(/^10\.0\.0\.1 is among the answers/),
    });
  });

  it("is bad for a name that does not exist, or has no such records", async () => {
    answer = { code: 3 };
    expect(await look()).toMatchObject({ kind: "functional", good: false, reason: "NoSuchName" });
    answer = [];
    expect(await look()).toMatchObject({ kind: "functional", good: false, reason: "NoRecords" });
  });

  it.each<[string, DnsAnswer, string]>([
    ["refuses to answer", { code: 5 }, "NoAnswer"],
    ["fails", { code: 2 }, "NoAnswer"],
    ["says nothing", undefined, "Timeout"],
    ["sends noise", { raw: Buffer.from("no DNS at all") }, "NoAnswer"],
  ])("tells nothing of the name when the server %s", async (_, given, reason) => {
    answer = given;
    const started = performance.now();
    expect(await look({ timeout: "400ms" })).toMatchObject({ kind: "unreadable", reason });
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  it("tells nothing when no server is there", async () => {
    const gone = await look({ server: "127.0.0.1:1", timeout: "400ms" });
    expect(gone).toMatchObject({ kind: "unreadable" });
  });

  it("asks only servers that the policy allows, given by address", async () => {
    const closed = new DnsChecker(new AddressPolicy());
    expect(await closed.look(lookContext(parse({})))).toMatchObject({
      kind: "unreadable",
      reason: "ForbiddenAddress",
    });
    expect(server.asked).toEqual([]);
    for (const bad of ["dns.example.com", "10.0.0.1:99999", "fd00::1:", "[fd00::1"])
      expect(await look({ server: bad })).toMatchObject({ kind: "unreadable", reason: "InvalidAddress" });
  });

  it("throws when it is aborted, at once, and beforehand asks nobody", async () => {
    answer = undefined;
    await expect(look({}, AbortSignal.abort(new Error("enough")))).rejects.toThrow("enough");
    expect(server.asked).toEqual([]);
    const abort = new AbortController();
    const started = performance.now();
    const outcome = expect(look({ timeout: "20s" }, abort.signal)).rejects.toThrow("enough");
    await until("the question has arrived", () => server.asked.length > 0);
    abort.abort(new Error("enough"));
    await outcome;
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});
