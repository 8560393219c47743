import { spawn } from "node:child_process";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DelayedServer } from "../../../test/support/delayed-server.ts";
import { lookContext } from "../../../test/support/look-context.ts";
import { until } from "../../../test/support/until.ts";
import { check as checkSchema } from "../../api/check.ts";
import { AddressPolicy } from "../../net/address-policy.ts";
import type { Look, LookContext } from "../../ports/checks.ts";
import { LoadChecker } from "./load.ts";

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

describe("a load check", () => {
  let server: DelayedServer;
  let checker: LoadChecker;
  let now = 0;
  beforeEach(async () => {
    server = await DelayedServer.start(() => ({ pause: 1 }));
    now = 0;
    const ports: Readonly<Record<string, number>> = { "shop-green": server.port, other: 1, third: 2 };
    checker = new LoadChecker(
      (_, name) => {
        const port = ports[name];
        return port === undefined ? undefined : { host: "127.0.0.1", ports: [port] };
      },
      new AddressPolicy(),
      () => now,
    );
  });
  afterEach(async () => {
    await checker.close();
    await server.stop();
  });

  const context = (load: object, more: Partial<LookContext> = {}): LookContext =>
    lookContext(
      checkSchema.parse({ name: "load", load: { stages: [{ duration: "500ms", rate: 40 }], ...load } }),
      { target: { service: "shop-green" }, ...more },
    );
  const ended = async (of: LookContext): Promise<Look> => {
    let look = await checker.look(of);
    await until("the load ends", async () => {
      look = await checker.look(of);
      return look.kind !== "outcome" || look.state !== "running";
    });
    return look;
  };
  const endless = { stages: [{ duration: "5m", rate: 20 }] };

  it("sends its requests to the candidate's Service, and passes", async () => {
    const look = await ended(context({ limits: { max: "10s" } }));
    expect(look).toMatchObject({ kind: "outcome", state: "passed", sampleSize: 20 });
    expect(server.requests).toBe(20);
  });

  it("keeps its outcome, and does not begin again", async () => {
    const of = context({});
    await ended(of);
    expect(await checker.look(of)).toMatchObject({ state: "passed" });
    expect(server.requests).toBe(20);
  });

  it("tells while it runs, and is gone when its verification is", async () => {
    const of = context(endless);
    await until("some requests are told", async () => {
      const look = await checker.look(of);
      return look.kind === "outcome" && (look.sampleSize ?? 0) > 5;
    });
    await checker.finish(of);
    await until("no connection is left", async () => (await server.open()) === 0);
    const { requests } = server;
    await checker.finish(of);
    expect(server.requests).toBe(requests);
  });

  it("is one at a time for a target, one for a namespace, and two over all; the others wait their turn", async () => {
    const of = (uid: string, service: string, namespace = "ns") =>
      context(endless, { verification: { name: uid, uid }, target: { service }, namespace });
    const running = { kind: "outcome", state: "running" };
    expect(await checker.look(of("a", "shop-green"))).toMatchObject({ ...running, reason: "LoadRunning" });
    expect(await checker.look(of("b", "shop-green"))).toMatchObject({
      ...running,
      reason: "LoadWaits",
      message: "waits for another load on the same target to end",
    });
    expect(await checker.look(of("c", "other"))).toMatchObject({
      reason: "LoadWaits",
      message: "waits: 1 of the 2 loads at once may be of one namespace",
    });
    expect(await checker.look(of("c2", "other", "ns2"))).toMatchObject({ ...running, reason: "LoadRunning" });
    expect(await checker.look(of("d", "third", "ns3"))).toMatchObject({
      reason: "LoadWaits",
      message: "waits: 2 loads run at once, and no more",
    });
    await checker.finish(of("a", "shop-green"));
    expect(await checker.look(of("b", "shop-green"))).toMatchObject({ reason: "LoadRunning" });
  });

  it("says that it began anew when an earlier controller had looked", async () => {
    const look = await checker.look(context(endless, { looks: 7 }));
    expect(look).toMatchObject({ message: expect.stringContaining("begun anew") });
  });

  it("is unreadable when there is no such Service, for an address that is not allowed, and for a header that can't be sent", async () => {
    expect(await checker.look(context({}, { target: { service: "none" } }))).toMatchObject({
      kind: "unreadable",
      reason: "NoService",
    });
    const elsewhere = context({ url: server.url }, { verification: { name: "e", uid: "e" } });
    expect(await ended(elsewhere)).toMatchObject({
      kind: "unreadable",
      reason: "ForbiddenAddress",
      message: expect.stringContaining("loopback"),
    });
    expect(server.requests).toBe(0);
    const bad = context({ headers: { "bad header": "x" } }, { verification: { name: "h", uid: "h" } });
    expect(await ended(bad)).toMatchObject({ kind: "unreadable", reason: "InvalidCheck" });
  });

  it("ends with the process that began it, however that ends", async () => {
    const parent = join(import.meta.dirname, "../../../test/support/load-parent.ts");
    const child = spawn(process.execPath, [parent, server.url], { stdio: ["ignore", "pipe", "inherit"] });
    let said = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
    await until("the load runs", () => said.includes("\n") && server.requests > 5);
    const generator = Number(said.trim());
    expect(isAlive(generator)).toBe(true);
    child.kill("SIGKILL");
    await until("the generator is gone", () => !isAlive(generator));
  });
});
