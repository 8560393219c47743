/** A proxy between a client and a real API server, with faults that are switched on and off at run time. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, Agent as HttpsAgent, request, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { clockNow } from "../load/load.ts";
import { type Asked, isWrite, readAsked } from "./asked.ts";
import { ActiveRule, type Fault, nameOf, type Rule } from "./faults.ts";
import { OpenWatch } from "./open-watch.ts";
import { answerWith, type Passed, passOn, wholeOf } from "./wire.ts";

export interface ProxyOptions {
  /** Base URL of the API server. */
  readonly server: string;
  /** PEM of its certificate authority; none for a server without TLS. */
  readonly ca: string;
  /** What the proxy shows its clients. */
  readonly certificate: { readonly cert: string; readonly key: string };
}

/** Faults that were switched on together. */
export interface Injection {
  /** How often each was really injected, by name. */
  readonly counts: Readonly<Record<string, number>>;
  /** Ends them. */
  lift(): void;
}

/** A write that the API server got, and its answer. */
export interface ForwardedWrite {
  /** When it left the proxy. */
  readonly at: number;
  readonly asked: Asked;
  readonly status: number;
}

/** Clients authenticate themselves to the API server: the proxy hands their headers on as they are. */
export class ApiProxy {
  readonly #options: ProxyOptions;
  readonly #server: Server;
  readonly #agent: HttpsAgent;
  readonly #watches = new Set<OpenWatch>();
  #rules: readonly ActiveRule[] = [];
  /** Everything that changed something and reached the API server, oldest first. */
  readonly writes: ForwardedWrite[] = [];
  requests = 0;

  private constructor(options: ProxyOptions) {
    this.#options = options;
    this.#agent = new HttpsAgent({ keepAlive: true, ca: options.ca });
    this.#server = createServer(
      { ...options.certificate, ALPNProtocols: ["http/1.1"] },
      (asking, answering) =>
        // Whatever goes wrong on the way is a broken connection to the client.
        this.#serve(asking, answering).catch(() => answering.destroy()),
    );
    this.#server.keepAliveTimeout = 60_000;
    this.#server.requestTimeout = 0;
  }

  static async start(options: ProxyOptions): Promise<ApiProxy> {
    const made = new ApiProxy(options);
    await new Promise<void>((resolve) => made.#server.listen(0, "127.0.0.1", resolve));
    return made;
  }

  get url(): string {
    return `https://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Watches of the controller that are open on both sides. */
  get openWatches(): number {
    return [...this.#watches].filter(({ asked }) => asked.from === "controller").length;
  }

  /** Switches faults on, for requests from now on and for the watches that are open. */
  inject(...rules: readonly Rule[]): Injection {
    const active = rules.map((rule) => new ActiveRule(rule));
    this.#rules = [...this.#rules, ...active];
    for (const watch of this.#watches) for (const one of active) if (one.meets(watch.asked)) watch.meet(one);
    const lift = (): void => {
      this.#rules = this.#rules.filter((one) => !active.includes(one));
      for (const one of active) one.lift();
    };
    return {
      get counts() {
        return countsOf(active);
      },
      lift,
    };
  }

  /** Lifts every fault, those too that a test has left behind. */
  calm(): void {
    for (const rule of this.#rules) rule.lift();
    this.#rules = [];
  }

  async stop(): Promise<void> {
    this.calm();
    this.#server.closeAllConnections();
    this.#agent.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(asking: IncomingMessage, answering: ServerResponse): Promise<void> {
    this.requests += 1;
    const asked = readAsked(asking.method ?? "GET", asking.url ?? "/", asking.headers);
    const body = await wholeOf(asking);
    const met = this.#rules.filter((rule) => rule.meets(asked));
    for (const rule of met) if (await this.#before(rule, asked, answering)) return;
    const passed = await this.#forward(asked, asking, body, met);
    if (asked.verb === "watch" && passed.answer.statusCode === 200)
      await this.#watch(asked, passed, answering, met);
    else await this.#answer(asked, passed, answering, met);
  }

  /** What happens before the API server hears of the request. @returns whether it never will */
  async #before(rule: ActiveRule, asked: Asked, answering: ServerResponse): Promise<boolean> {
    const { fault } = rule;
    switch (fault.kind) {
      case "delay":
        rule.hits += 1;
        await Promise.race([pause(fault.ms + Math.random() * (fault.jitter ?? 0)), rule.lifted]);
        return answering.closed;
      case "hang":
        rule.hits += 1;
        await rule.lifted;
        return answering.closed;
      case "answer":
        rule.hits += 1;
        answerWith(answering, fault);
        return true;
      case "reset":
        rule.hits += 1;
        answering.socket?.resetAndDestroy();
        return true;
      case "stale":
        if (asked.streamed) answerWith(answering, UNSTREAMED);
        return asked.streamed;
      default:
        return false;
    }
  }

  #forward(asked: Asked, asking: IncomingMessage, body: Buffer, met: readonly ActiveRule[]): Promise<Passed> {
    const url = new URL(asking.url ?? "/", this.#options.server);
    for (const rule of met) age(url, asked, rule);
    const headers = { ...asking.headers, host: url.host, connection: "keep-alive" };
    const at = clockNow();
    return new Promise((resolve, reject) => {
      const outgoing = request(url, { method: asking.method, headers, agent: this.#agent }, (answer) => {
        if (isWrite(asked)) this.writes.push({ at, asked, status: answer.statusCode ?? 0 });
        resolve({ answer, date: dateOf(answer, met) });
      });
      outgoing.on("error", reject);
      outgoing.end(body);
    });
  }

  async #watch(
    asked: Asked,
    passed: Passed,
    answering: ServerResponse,
    met: readonly ActiveRule[],
  ): Promise<void> {
    const watch = new OpenWatch(asked, answering, passed.answer);
    passOn(passed, answering);
    answering.flushHeaders();
    this.#watches.add(watch);
    // A watch of after the beginning of a deafness is a new connection, which is well.
    for (const rule of met) if (rule.fault.kind !== "deafWatch") watch.meet(rule);
    await watch.run();
    this.#watches.delete(watch);
  }

  async #answer(
    asked: Asked,
    passed: Passed,
    answering: ServerResponse,
    met: readonly ActiveRule[],
  ): Promise<void> {
    const body = await wholeOf(passed.answer);
    // Nothing passes a partition that began meanwhile.
    for (const rule of this.#rules)
      if (rule.fault.kind === "hang" && !met.includes(rule) && rule.meets(asked))
        await this.#before(rule, asked, answering);
    const spoilt = met.find(({ fault }) => SPOILING.has(fault.kind));
    if (spoilt) spoilt.hits += 1;
    passOn(passed, answering, spoilt?.fault, body);
    if (spoilt?.fault.kind === "endless") void spoilt.lifted.then(() => answering.destroy());
  }
}

/** As a server that does not know streamed lists. */
const UNSTREAMED = { kind: "answer", status: 422, reason: "Invalid" } as const;

/** Faults of an answer whose request was carried out. */
const SPOILING: ReadonlySet<Fault["kind"]> = new Set(["loseAnswer", "truncate", "endless"]);

/** Has a list show an earlier moment. Later pages belong to it anyway. */
function age(url: URL, asked: Asked, rule: ActiveRule): void {
  const { fault } = rule;
  if (fault.kind !== "stale" || asked.verb !== "list" || url.searchParams.has("continue")) return;
  rule.hits += 1;
  url.searchParams.set("resourceVersion", fault.resourceVersion);
  url.searchParams.set("resourceVersionMatch", "Exact");
}

function dateOf(answer: IncomingMessage, met: readonly ActiveRule[]): string | undefined {
  const { date } = answer.headers;
  const rule = met.find(({ fault }) => fault.kind === "date");
  if (date === undefined || rule?.fault.kind !== "date") return date;
  rule.hits += 1;
  return new Date(Date.parse(date) + rule.fault.ms).toUTCString();
}

function countsOf(active: readonly ActiveRule[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { fault, hits } of active) counts[nameOf(fault)] = (counts[nameOf(fault)] ?? 0) + hits;
  return counts;
}
