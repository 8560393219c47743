/**
 * The mutant service: healthy, unless its environment names a mutation. No dependencies: Node runs these files as
 * they are, from a ConfigMap.
 *
 *   MUTATION   the one thing that it does wrong, see mutations.ts; empty for none
 *   PORT       HTTP, 8080; the other ports are in functional.ts
 */
import { createServer } from "node:http";
import { createServer as createNetServer } from "node:net";
import { openPorts } from "./functional.ts";
import { writeLog } from "./log.ts";
import { countRequest, serveMetrics } from "./metrics.ts";
import { mutation } from "./mutations.ts";
import { answerOf } from "./pages.ts";

const port = Number(process.env.PORT ?? "8080");
const started = performance.now();

const server = createServer((request, response) => {
  const from = performance.now();
  const { pathname } = new URL(request.url ?? "/", "http://mutant");
  request.resume();
  if (pathname === "/metrics") return serveMetrics(response);
  const { status, headers = {}, body, after = 0 } = answerOf(request, pathname, performance.now() - started);
  const send = (): void => {
    response.writeHead(status, headers);
    response.end(body);
    // Probes must not dilute the share of errors.
    if (pathname === "/") countRequest(status, (performance.now() - from) / 1_000);
  };
  if (after > 0) setTimeout(send, after);
  else send();
});

server.listen(port, "0.0.0.0", () =>
  process.stdout.write(`${JSON.stringify({ message: "listening", port, mutation })}\n`),
);
openPorts();
// As a debugger that was left on.
if (mutation === "open-port") createNetServer((socket) => socket.end()).listen(9229, "0.0.0.0");
setInterval(writeLog, 1_000);
process.on("SIGTERM", () => process.exit(0));
