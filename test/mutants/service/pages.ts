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
export function answerOf(request: IncomingMessage, path: string, _age: number): Answer {
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
    case "/version":
      return json({ version: "2.0.0", features: [mutation === "wrong-json" ? "none" : "basket"] });
    case "/basket":
      return openBasket();
    case `/basket/${BASKET}`:
      return basket(request);
    case "/orders":
      return orders();
    case "/admin":
    case "/account":
      return guarded(request, path);
    case "/login":
      return login();
    default:
      return json({ error: "no such page" }, { status: 404 });
  }
}

/** Orders that are served before it falls over for good. */
const LAST_ORDER = 40;
let ordered = 0;

/** The page that the load asks for. */
function orders(): Answer {
  ordered += 1;
  const broken =
    (mutation === "failing-under-load" && ordered % 10 === 0) ||
    (mutation === "falls-over" && ordered > LAST_ORDER);
  if (broken) return json({ error: "mutant" }, { status: 503 });
  return json({ orders: [] }, { after: mutation === "slow-under-load" ? afterTheOthers() : 0 });
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
  return { status: 200, headers, body, ...(mutation === "slow-page" ? { after: 5_500 } : {}) };
}

const BASKET = "b-4711";
const SESSION = "session-of-the-basket";

const openBasket = (): Answer =>
  json(mutation === "missing-json" ? {} : { id: BASKET }, {
    status: 201,
    headers: { "content-type": "application/json", "set-cookie": `basket=${SESSION}; Path=/` },
  });

/** Only whoever opened it sees it. */
const basket = ({ headers }: IncomingMessage): Answer =>
  mutation === "lost-session" || headers.cookie !== `basket=${SESSION}`
    ? json({ error: "whose basket?" }, { status: 403 })
    : json({ id: BASKET });

const VIEWER = "Bearer token-of-the-viewer";

/** The viewer may see the account; the administration is nobody's who asks here. */
function guarded({ headers }: IncomingMessage, path: string): Answer {
  const isViewer = headers.authorization === VIEWER;
  const open = mutation === "dropped-auth" || (mutation === "dropped-roles" && isViewer);
  if (path === "/admin" && open) return json({ secrets: [] });
  if (!isViewer) return json({ error: "who are you?" }, { status: 401 });
  return path === "/account" ? json({ name: "viewer" }) : json({ error: "not for you" }, { status: 403 });
}

function login(): Answer {
  const framing = mutation === "missing-security-header" ? "" : "; frame-ancestors 'none'";
  const flags = mutation === "weak-cookie" ? "Secure; SameSite=Lax" : "Secure; HttpOnly; SameSite=Lax";
  return {
    status: 200,
    headers: {
      "content-type": "text/html",
      "content-security-policy": `default-src 'self'${framing}`,
      "x-content-type-options": "nosniff",
      "set-cookie": `session=1; ${flags}`,
      ...(mutation === "telling-header" ? { server: "mutant/2.0.1" } : {}),
    },
    body: "<form></form>\n",
  };
}
