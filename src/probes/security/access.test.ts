import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { lookContext } from "../../../test/support/look-context.ts";
import { type RudeHandler, RudeServer, reply } from "../../../test/support/rude-server.ts";
import { check as checkSchema } from "../../api/check.ts";
import { err, ok } from "../../base/result.ts";
import { judge } from "../../core/gate/judge.ts";
import { validateCheck } from "../../core/gate/validate-check.ts";
import { AddressPolicy } from "../../net/address-policy.ts";
import type { Look } from "../../ports/checks.ts";
import { AccessChecker } from "./access.ts";

const SECRETS: Readonly<Record<string, string>> = {
  "viewer/token": "t0ken-of-viewer",
  "basic/login": "ana:pass-word",
};
/** Lets in who has the viewer's token, and anybody to the public page. */
const guarded: RudeHandler = ({ path, headers }, response) => {
  if (path === "/public") return reply(response, 200, {});
  if (headers.authorization === "Bearer t0ken-of-viewer")
    return reply(response, path === "/admin" ? 403 : 200, {});
  return reply(response, 401, {});
};

describe("an access check", () => {
  let server: RudeServer;
  let checker: AccessChecker;

  beforeEach(async () => {
    server = await RudeServer.start();
    server.use(guarded);
    checker = new AccessChecker(
      (_, name) => (name === "shop-green" ? { host: "127.0.0.1", ports: [server.port] } : undefined),
      new AddressPolicy(),
      {
        value: async ({ namespace, name, key }) => {
          expect(namespace).toBe("shop");
          const value = SECRETS[`${name}/${key}`];
          if (name === "unmarked") return err({ kind: "notMeant", message: "give it the label x" });
          return value === undefined ? err({ kind: "notFound", message: "" }) : ok(value);
        },
      },
    );
  });
  afterEach(async () => {
    await checker.close();
    await server.stop();
  });

  const checkOf = (access: object) =>
    checkSchema.parse({ name: "access", access: { timeout: "2s", ...access } });
  const look = (access: object): Promise<Look> => checker.look(lookContext(checkOf(access)));
  const viewer = { name: "viewer", secretRef: { name: "viewer", key: "token" } };

  it("is good when nobody gets in, and the given identity only where it may", async () => {
    const requests = [
      { path: "/orders" },
      { path: "/orders", as: "viewer", expect: [200] },
      { path: "/admin", method: "DELETE", as: "viewer", expect: [403] },
    ];
    expect(await look({ identities: [viewer], requests })).toMatchObject({
      good: true,
      reason: "AccessAsExpected",
      evidence:
        "GET /orders as nobody: status 401\nGET /orders as viewer: status 200\nDELETE /admin as viewer: status 403",
    });
    expect(server.requests.map(({ method }) => method)).toContain("DELETE");
  });

  it("finds a page that lets nobody in particular in, before anything else that is wrong", async () => {
    expect(await look({ requests: [{ path: "/orders", expect: [404] }, { path: "/public" }] })).toMatchObject(
      {
        good: false,
        reason: "AccessAllowed",
        message: "GET /public as nobody: status 200, wanted 401 or 403; and 1 more",
      },
    );
  });

  it("fails at once when somebody was let in, and takes its time for other failures", async () => {
    const judged = (check: ReturnType<typeof checkOf>, seen: Look) => {
      const context = lookContext(check);
      return judge(check, undefined, seen, {
        at: context.now,
        from: context.from,
        window: 0 as never,
        deadline: context.deadline,
        validator: "test",
      }).result.verdict;
    };
    const open = checkOf({ requests: [{ path: "/public" }] });
    expect(judged(open, await look({ requests: [{ path: "/public" }] }))).toBe("failed");
    const other = checkOf({ requests: [{ path: "/orders", expect: [404] }] });
    expect(judged(other, await look({ requests: [{ path: "/orders", expect: [404] }] }))).toBe("pending");
  });

  it("takes a refused connection for a shut door only beside one that answers", async () => {
    const closed = { path: "/", port: 1 };
    expect(await look({ requests: [closed, { path: "/public", expect: [200] }] })).toMatchObject({
      good: true,
    });
    expect(await look({ requests: [closed] })).toMatchObject({
      good: false,
      reason: "NoAnswer",
      refused: true,
    });
    const wanted = { ...closed, expect: [200] };
    expect(await look({ requests: [wanted, { path: "/orders" }] })).toMatchObject({
      good: false,
      reason: "NoAnswer",
    });
  });

  it("sends credentials in the form that is asked, and tells none of them", async () => {
    const identities = [
      viewer,
      { name: "basic", secretRef: { name: "basic", key: "login" }, scheme: "basic" },
      { name: "key", secretRef: { name: "viewer", key: "token" }, scheme: "raw", header: "X-Api-Key" },
    ];
    const requests = ["viewer", "basic", "key"].map((as) => ({ path: `/${as}`, as, expect: [418] }));
    const seen = JSON.stringify(await look({ identities, requests }));
    const sent = (path: string) => server.requests.find((request) => request.path === path)?.headers;
    expect(sent("/viewer")?.authorization).toBe("Bearer t0ken-of-viewer");
    expect(sent("/basic")?.authorization).toBe(`Basic ${Buffer.from("ana:pass-word").toString("base64")}`);
    expect(sent("/key")?.["x-api-key"]).toBe("t0ken-of-viewer");
    for (const secret of ["t0ken-of-viewer", "pass-word"]) expect(seen).not.toContain(secret);
  });

  it("is unreadable when the credentials are not there, or not meant for checks", async () => {
    const requests = [{ path: "/", as: "x" }];
    const of = (name: string) => [{ name: "x", secretRef: { name, key: "k" } }];
    expect(await look({ identities: of("missing"), requests })).toMatchObject({
      kind: "unreadable",
      reason: "NoCredentials",
      message: "Secret missing is not there",
    });
    expect(await look({ identities: of("unmarked"), requests })).toMatchObject({
      message: expect.stringContaining("label"),
    });
    expect(server.connections).toBe(0);
  });

  it("is refused when a request is made as nobody that is known", () => {
    const problems = (access: object) => {
      const validated = validateCheck(checkOf(access));
      return validated.ok ? [] : validated.error.map(({ path }) => path);
    };
    expect(problems({ requests: [{ path: "/", as: "x" }] })).toEqual(["access.requests.0.as"]);
    expect(problems({ identities: [viewer, viewer], requests: [{ path: "/" }] })).toEqual([
      "access.identities",
    ]);
    expect(problems({ identities: [viewer], requests: [{ path: "/", as: "viewer" }] })).toEqual([]);
  });
});
