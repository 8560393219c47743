import type { IncomingMessage } from "node:http";
import { mutation } from "./mutations.ts";

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly body: string;
  /** Milliseconds to wait before it is sent. */
  readonly after?: number;
}

let served = 0;
/** Every third request: an exact share by counting, not by luck. */
const everyThird = (): boolean => ++served % 3 === 0;

const json = (value: unknown, more: Partial<Answer> = {}): Answer => ({
  status: 200,
  headers: { "content-type": "application/json" },
  body: `${JSON.stringify(value)}\n`,
  ...more,
});

/** What the service answers. `/` is what users ask for; the other pages are each for one check. */
export function answerOf(_request: IncomingMessage, path: string, _age: number): Answer {
  switch (path) {
    case "/":
      if (mutation === "failing-requests" && everyThird()) return json({ error: "mutant" }, { status: 500 });
      return json({ ok: true }, mutation === "slow-requests" && everyThird() ? { after: 300 } : {});
    case "/readyz":
      return json({ ready: true });
    case "/healthz":
      return json({ status: "ok" }, mutation === "wrong-status" ? { status: 503 } : {});
    case "/page":
      return page();
    case "/orders":
      return json({ orders: [] }, { after: mutation === "slow-under-load" ? afterTheOthers() : 0 });
    default:
      return json({ error: "no such page" }, { status: 404 });
  }
}

/** One request at a time, 50 ms each: nobody sees that who asks rarely. */
function afterTheOthers(): number {
  const now = performance.now();
  freeAt = Math.max(now, freeAt) + 50;
  return freeAt - now;
}

let freeAt = 0;

function page(): Answer {
  const body = mutation === "wrong-body" ? "<h1>Maintenance</h1>\n" : "<h1>Welcome</h1>\n";
  const headers = {
    "content-type": "text/html",
    ...(mutation === "missing-response-header" ? {} : { "x-version": "2.0.0" }),
  };
  return { status: 200, headers, body, ...(mutation === "slow-page" ? { after: 600 } : {}) };
}
