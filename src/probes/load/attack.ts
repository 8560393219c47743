import { performance } from "node:perf_hooks";
import { Pool } from "undici";
import { LOAD_LIMITS } from "../../api/checks/load.ts";
import type { LoadEnd, LoadFigures } from "../../core/gate/load/figures.ts";
import { durationOf, plannedRequests } from "../../core/gate/load/stages.ts";
import { AddressPolicy } from "../../net/address-policy.ts";
import { guardedConnector, LARGEST_HEADERS } from "../../net/guarded-agent.ts";
import { Exchange, type ExchangeEvents, type Settled } from "./exchange.ts";
import type { LoadJob } from "./messages.ts";
import { Recorder } from "./recorder.ts";
import { arrivalsOf } from "./schedule.ts";
import { LoadWatch } from "./watch.ts";

/** Milliseconds between two looks at what is late, when nothing is due. */
const LONGEST_WAIT = 50;

/**
 * Sends requests when they are due, waits for their answers, and ends: when all are settled, when the target has
 * fallen over, or when it can't keep its schedule. Nothing waits for an answer but its own record.
 */
export class Attack {
  readonly #job: LoadJob;
  readonly #pool: Pool;
  readonly #path: string;
  readonly #recorder = new Recorder();
  readonly #watch: LoadWatch;
  readonly #arrivals: Iterator<number, undefined>;
  readonly #planned: number;
  readonly #start = performance.now();
  readonly #ended = Promise.withResolvers<LoadEnd>();
  readonly #events: ExchangeEvents;
  /** In the order in which they were due; the first is the first to be given up. */
  #waiting: Exchange[] = [];
  #oldest = 0;
  /** The first of them that has not got a connection yet. */
  #unsent = 0;
  #inFlight = 0;
  #onTheWay = 0;
  #sending = false;
  #next: number | undefined;
  #timer: NodeJS.Timeout | undefined;
  #over = false;

  constructor(job: LoadJob) {
    const url = new URL(job.url);
    this.#job = job;
    this.#path = `${url.pathname}${url.search}`;
    this.#pool = new Pool(url.origin, poolOptions(job));
    this.#watch = new LoadWatch(job.allowedErrors, job.timeout);
    this.#arrivals = arrivalsOf(job.stages);
    this.#planned = plannedRequests(job.stages);
    this.#next = this.#arrivals.next().value;
    this.#events = {
      settled: (exchange, how) => this.#settled(exchange, how),
      received: (bytes) => this.#recorder.received(bytes),
    };
  }

  /** Runs to the end and closes all connections. Never rejects. */
  async run(): Promise<LoadEnd> {
    this.#tick();
    const end = await this.#ended.promise;
    await this.#pool.destroy().catch(() => undefined);
    return end;
  }

  get figures(): LoadFigures {
    return this.#recorder.figures(this.#planned, this.#now());
  }

  #now = (): number => performance.now() - this.#start;

  #tick(): void {
    let now = this.#now();
    while (!this.#over && this.#next !== undefined && this.#next <= now) {
      this.#take(this.#next, now);
      this.#next = this.#arrivals.next().value;
      now = this.#now();
    }
    this.#giveUpLate(now);
    this.#look(now);
    if (this.#over) return;
    const wait = Math.min(LONGEST_WAIT, this.#next === undefined ? LONGEST_WAIT : this.#next - now);
    this.#timer = setTimeout(() => this.#tick(), Math.max(0, wait));
  }

  #take(due: number, now: number): void {
    this.#recorder.sent(now - due);
    this.#watch.sent(now, now - due);
    const exchange = new Exchange(due, this.#events);
    this.#inFlight += 1;
    if (this.#inFlight > LOAD_LIMITS.inFlight) exchange.giveUp("not sent, too many without an answer");
    else this.#waiting.push(exchange);
    this.#sendSome();
  }

  /** The queue is here and not in the pool: what is given up meanwhile costs no connection. */
  #sendSome(): void {
    if (this.#sending) return;
    this.#sending = true;
    while (!this.#over && this.#onTheWay < this.#job.connections && this.#unsent < this.#waiting.length) {
      const exchange = this.#waiting[this.#unsent++];
      if (exchange !== undefined && !exchange.settled) this.#send(exchange);
    }
    this.#sending = false;
  }

  #send(exchange: Exchange): void {
    const { method, headers, body } = this.#job;
    this.#onTheWay += 1;
    exchange.sent = true;
    this.#pool.dispatch({ path: this.#path, method, headers, body: body ?? null }, exchange);
  }

  #settled({ due, sent }: Exchange, how: Settled): void {
    this.#inFlight -= 1;
    if (sent) this.#onTheWay -= 1;
    if (this.#over) return;
    if (how.kind === "refused") this.#end({ how: "refused", why: how.why });
    else if (how.kind === "invalid")
      this.#end({ how: "invalid", why: "a header, the path or the body can't be sent as it is" });
    else this.#record(due, how);
    this.#sendSome();
  }

  #record(due: number, how: Exclude<Settled, { kind: "invalid" | "refused" }>): void {
    const now = this.#now();
    const failure = how.kind === "answered" ? this.#failureOf(how.status) : how.why;
    // A request that was never sent would have waited at least this long.
    const latency = Math.max(now - due, how.kind === "gaveUp" ? this.#job.timeout : 0);
    if (how.kind === "answered") this.#recorder.answered(latency, now, failure);
    else if (how.kind === "gaveUp") this.#recorder.gaveUp(latency, how.why);
    else this.#recorder.broke(how.why);
    this.#watch.settled(now, { answered: how.kind === "answered", bad: failure !== undefined });
  }

  #failureOf(status: number): string | undefined {
    const { status: wanted } = this.#job;
    return (wanted === undefined ? status < 400 : wanted.includes(status)) ? undefined : `status ${status}`;
  }

  #giveUpLate(now: number): void {
    for (let first = this.#waiting[this.#oldest]; first !== undefined; first = this.#waiting[this.#oldest]) {
      if (!first.settled) {
        if (first.due + this.#job.timeout > now) break;
        first.giveUp("without an answer in time");
      }
      this.#oldest += 1;
    }
    if (this.#oldest < 1_024) return;
    this.#waiting = this.#waiting.slice(this.#oldest);
    this.#unsent -= this.#oldest;
    this.#oldest = 0;
  }

  #look(now: number): void {
    const behind = this.#watch.behind(now);
    const down = this.#watch.down(now);
    if (behind !== undefined) this.#end({ how: "overloaded", why: behind });
    else if (down !== undefined) this.#end({ how: "targetDown", why: down });
    else if (this.#recorder.bytes > LOAD_LIMITS.bytes) this.#end({ how: "tooManyBytes" });
    else if (this.#next === undefined && now >= durationOf(this.#job.stages) && this.#inFlight === 0)
      this.#end({ how: "completed" });
  }

  #end(end: LoadEnd): void {
    if (this.#over) return;
    this.#over = true;
    clearTimeout(this.#timer);
    this.#ended.resolve(end);
  }
}

function poolOptions({ connections, slot, policy: { allow, apiServer } }: LoadJob): Pool.Options {
  const policy = new AddressPolicy({ allow, apiServer: () => apiServer });
  return {
    connections: Math.min(connections, LOAD_LIMITS.connections),
    pipelining: 1,
    // Times are the attack's business; it counts them from when a request was due.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: guardedConnector(slot ? policy.slot : policy, { verify: !slot }),
    maxHeaderSize: LARGEST_HEADERS,
  };
}
