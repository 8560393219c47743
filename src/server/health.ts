import { createServer, type Server, type ServerResponse } from "node:http";

export interface HealthOptions {
  readonly host: string;
  readonly port: number;
  /** Why the process is not ready; empty when it is. */
  readonly unready: () => readonly string[];
  readonly metrics: () => Promise<{ readonly type: string; readonly text: string }>;
  /** What runs here, for `bascule doctor`. */
  readonly versions: () => Promise<object>;
}

/** Serves `/healthz` (the process lives), `/readyz` (its data is complete and fresh), `/metrics` and `/versions`. */
export async function serveHealth(
  options: HealthOptions,
): Promise<{ readonly port: number; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    answer(options, request.url ?? "/", response).catch(() => {
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
  server.requestTimeout = 10_000;
  server.headersTimeout = 5_000;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, options.host, resolve);
  });
  return { port: portOf(server), close: () => close(server) };
}

async function answer(options: HealthOptions, url: string, response: ServerResponse): Promise<void> {
  const path = url.split("?")[0];
  if (path === "/healthz") return text(response, 200, "ok\n");
  if (path === "/readyz") {
    const reasons = options.unready();
    return text(
      response,
      reasons.length === 0 ? 200 : 503,
      reasons.length === 0 ? "ok\n" : `${reasons.join("\n")}\n`,
    );
  }
  if (path === "/metrics") {
    const metrics = await options.metrics();
    response.writeHead(200, { "content-type": metrics.type }).end(metrics.text);
    return;
  }
  if (path === "/versions") {
    const versions = JSON.stringify(await options.versions());
    response.writeHead(200, { "content-type": "application/json" }).end(`${versions}\n`);
    return;
  }
  text(response, 404, "there are /healthz, /readyz, /metrics and /versions\n");
}

const text = (response: ServerResponse, code: number, body: string): void => {
  response.writeHead(code, { "content-type": "text/plain; charset=utf-8" }).end(body);
};

const portOf = (server: Server): number => {
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
};

const close = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
