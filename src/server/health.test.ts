import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { serveHealth } from "./health.ts";

describe("the health server", () => {
  let reasons: readonly string[] = [];
  let metrics: () => Promise<{ type: string; text: string }>;
  const versions = async () => ({ bascule: "9.9.9" });
  let server: Awaited<ReturnType<typeof serveHealth>>;
  const get = async (path: string) => {
    const answer = await fetch(`http://127.0.0.1:${server.port}${path}`);
    return { code: answer.status, type: answer.headers.get("content-type"), text: await answer.text() };
  };
  beforeEach(async () => {
    reasons = [];
    metrics = async () => ({ type: "text/plain; version=0.0.4", text: "bascule_up 1\n" });
    server = await serveHealth({
      host: "127.0.0.1",
      port: 0,
      unready: () => reasons,
      metrics: () => metrics(),
      versions,
    });
  });
  afterEach(() => server.close());

  it("says that the process lives, also while it is not ready", async () => {
    reasons = ["pods: not listed yet"];
    expect(await get("/healthz")).toMatchObject({ code: 200, text: "ok\n" });
  });

  it("is ready when nothing is wrong, and otherwise says 503 and every reason", async () => {
    expect(await get("/readyz")).toMatchObject({ code: 200, text: "ok\n" });
    reasons = ["pods: not listed yet", "services: no sign of life for 2m"];
    expect(await get("/readyz?verbose")).toMatchObject({
      code: 503,
      text: "pods: not listed yet\nservices: no sign of life for 2m\n",
    });
    reasons = [];
    expect((await get("/readyz")).code).toBe(200);
  });

  it("gives metrics with their own content type", async () => {
    const answer = await get("/metrics");
    expect(answer).toMatchObject({ code: 200, text: "bascule_up 1\n" });
    expect(answer.type).toBe("text/plain; version=0.0.4");
  });

  it("tells what runs here as JSON", async () => {
    const answer = await get("/versions");
    expect(answer).toMatchObject({ code: 200, type: "application/json" });
    expect(JSON.parse(answer.text)).toEqual({ bascule: "9.9.9" });
  });

  it("answers 500 when metrics fail, and goes on serving", async () => {
    metrics = () => Promise.reject(new Error("broken"));
    expect((await get("/metrics")).code).toBe(500);
    expect((await get("/healthz")).code).toBe(200);
  });

  it("answers 404 with what there is", async () => {
    expect(await get("/admin")).toMatchObject({
      code: 404,
      text: "there are /healthz, /readyz, /metrics and /versions\n",
    });
  });

  it("refuses a port that is taken, as an error and not as an exception later", async () => {
    const again = serveHealth({ host: "127.0.0.1", port: server.port, unready: () => [], metrics, versions });
    await expect(again).rejects.toThrow(/EADDRINUSE/);
  });

  it("closes although a client keeps its connection", async () => {
    await get("/healthz");
    await server.close();
    await expect(get("/healthz")).rejects.toThrow();
    server = await serveHealth({ host: "127.0.0.1", port: 0, unready: () => [], metrics, versions });
  });
});
