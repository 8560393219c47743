/** Releases one after the other, each with something done to it, and what came of them. */
import { minutes, seconds } from "../../../src/base/duration.ts";
import type { Instant } from "../../../src/base/instant.ts";
import { waitUntil } from "../../cluster/lib/wait.ts";
import { causesOf, type Window } from "../../lab/load/answers.ts";
import { Engines, enginesOverlapping } from "../../lab/observer/engines.ts";
import { lawsBroken, renderBreach } from "../../lab/observer/laws.ts";
import { acceptedSince, auditEnd, lateWrites } from "../../lab/observer/writers.ts";
import type { Sample } from "../../lab/soak/flat.ts";
import { Bag, Lots } from "../../lab/soak/lots.ts";
import { atTwenty } from "../support/api-runs.ts";
import { mark } from "../support/bench.ts";
import { type Evidence, evidenceOf } from "../support/evidence.ts";
import { PLAN } from "../support/plan.ts";
import type { ProxiedBench } from "../support/proxied.ts";
import { renderOrder } from "../support/run.ts";
import { whenSeen } from "../support/seen.ts";
import { FLOWS, type Flow, GOOD } from "./flows.ts";
import type { Harm, Moment } from "./harms.ts";
import { sampleOf } from "./holdings.ts";

/** One release of the loop. */
export interface Round {
  readonly number: number;
  readonly flow: Flow["name"];
  /** What was done to it; empty for nothing. */
  readonly harm: string;
  readonly phase: string;
  readonly tookMs: number;
  /** Requests that were lost because of what was done. */
  readonly excused: number;
  readonly breaches: readonly string[];
}

/** What is to be done to a round: something of the world, a kill of the controller, or nothing. */
type Deed =
  | { readonly harm: Harm; readonly at: Moment }
  | { readonly kill: Flow["kills"][number] }
  | undefined;

export class Loop {
  readonly bench: ProxiedBench;
  readonly rounds: Round[] = [];
  readonly samples: Sample[] = [];
  readonly #lots: Lots;
  readonly #flows: Bag<Flow>;
  readonly #harms: Bag<Harm>;
  readonly #engines: Engines;
  readonly #auditFrom: number;

  constructor(bench: ProxiedBench, seed: string, harms: readonly Harm[]) {
    this.bench = bench;
    this.#lots = new Lots(seed);
    this.#flows = new Bag(FLOWS, this.#lots);
    this.#harms = new Bag(harms, this.#lots);
    this.#engines = new Engines(bench.namespace);
    this.#engines.start();
    this.#auditFrom = auditEnd(bench.cluster.auditLog);
  }

  stop(): void {
    this.#engines.stop();
  }

  /** A good release to which nothing is done. */
  async undisturbed(): Promise<Round> {
    return this.#round(GOOD, undefined);
  }

  /** Any release, with the controller killed on its way. */
  async killed(): Promise<Round> {
    const flow = this.#flows.draw();
    return this.#round(flow, { kill: this.#lots.pick(flow.kills) });
  }

  /** Any release, with any harm. */
  async harmed(): Promise<Round> {
    const flow = this.#flows.draw();
    const harm = this.#harms.draw(({ of }) => of === undefined || of.includes(flow.name));
    return this.#round(flow, { harm, at: this.#lots.pick(harm.at) });
  }

  /** What only the whole of it shows: two who wrote at once. */
  overlaps(): readonly string[] {
    return [
      ...enginesOverlapping(this.#engines.log()),
      ...lateWrites(acceptedSince(this.bench.cluster.auditLog, this.#auditFrom)),
    ];
  }

  async #round(flow: Flow, deed: Deed): Promise<Round> {
    const { bench } = this;
    const number = this.rounds.length + 1;
    const name = `round-${number}`;
    const from = mark();
    const harm = deed !== undefined && "harm" in deed ? deed.harm : undefined;
    const ends = [flow.end, ...(harm?.mayEndAs ?? [])];
    const { injected, outages } = await this.#drive(name, flow, deed);
    await bench.releases.whenPhase(name, ends, minutes(6));
    await bench.whenAtRest();
    const tookMs = mark() - from;
    const evidence = await evidenceOf(bench, name, from);
    const lost = this.#lost(from, outages, flow);
    const breaches = [
      ...(injected === 0 ? ["it was not injected"] : []),
      ...judged(evidence, flow, harm?.mayEndBy),
      ...(harm?.cutsObserverOff ? [] : this.#lawsBroken(from, harm)),
      ...lost.own,
    ];
    if (harm?.cutsObserverOff) await this.#lookAnew();
    const round = {
      ...{ number, flow: flow.name, harm: titleOf(deed), phase: evidence.phase },
      ...{ tookMs, excused: lost.excused, breaches },
    };
    this.rounds.push(round);
    this.samples.push(await sampleOf(bench, number));
    return round;
  }

  /** Makes the release, does to it what is to be done, and has people act. @returns when clients were without answers */
  async #drive(
    name: string,
    flow: Flow,
    deed: Deed,
  ): Promise<{ readonly injected: number; readonly outages: readonly Required<Window>[] }> {
    const { bench } = this;
    const version = flow.version ?? (await bench.another());
    const inForce = (): Promise<void> => whenSeen(bench, "20 % are in force", atTwenty(name));
    if (deed === undefined || "kill" in deed) {
      bench.orders.give(deed === undefined ? [] : [deed.kill]);
      await bench.release(name, version);
      if (flow.act !== undefined) {
        await inForce();
        await flow.act(this, name);
      }
      if (deed !== undefined) await bench.afterDeath(false);
      return { injected: 1, outages: [] };
    }
    const { harm, at } = deed;
    const before = at === "rest" ? await this.#inject(harm) : undefined;
    // What is awaited may be there as soon as the release is: it is looked for from before.
    const [applying] = await Promise.all([
      at === "apply" ? this.#inject(harm) : undefined,
      at === "step" || flow.act !== undefined ? inForce() : undefined,
      bench.release(name, version),
    ]);
    await flow.act?.(this, name);
    return before ?? applying ?? this.#inject(harm);
  }

  async #inject(
    harm: Harm,
  ): Promise<{ readonly injected: number; readonly outages: readonly Required<Window>[] }> {
    const from = mark();
    const injected = await harm.inject(this.bench);
    if (!harm.losesRequests) return { injected, outages: [] };
    return { injected, outages: [{ from, to: await this.#whenAnswered() }] };
  }

  /** Waits until clients have answers again for a while. @returns since when */
  async #whenAnswered(): Promise<Instant> {
    const { answers } = this.bench.load;
    let since = mark();
    const well = (): boolean => {
      const now = mark();
      if (answers.lostOutside([], { from: since }, "v4").length > 0) since = now;
      return now - since > 1_500 && answers.within({ from: since }).length > 20;
    };
    await waitUntil("clients have answers again", well, { deadline: seconds(90) });
    return since;
  }

  #lost(from: Instant, outages: readonly Required<Window>[], { version }: Flow) {
    const { answers } = this.bench.load;
    const { length: all } = answers.lostOutside([], { from }, version);
    const own = answers.lostOutside(outages, { from }, version);
    const told = own.length === 0 ? [] : [`requests were lost: ${JSON.stringify(causesOf(own))}`];
    return { own: told, excused: all - own.length };
  }

  #lawsBroken(from: Instant, harm: Harm | undefined): readonly string[] {
    const { breaks = [] } = harm ?? {};
    return lawsBroken(this.bench.observer.log(), { plan: PLAN, adopted: "none" }, mark())
      .filter(({ at, law }) => at >= from && !breaks.includes(law))
      .map(renderBreach);
  }

  /** New watches, which agree with each other again. */
  async #lookAnew(): Promise<void> {
    await this.bench.observer.stop();
    await this.bench.observer.start();
  }
}

/** What is not as it is without a harm. */
function judged(evidence: Evidence, flow: Flow, also: readonly string[] = []): readonly string[] {
  const { phase, journal, journalIsWhole, unfinishedOperations, intents, end } = evidence;
  const reasons = phase === flow.end ? [...flow.reasons, ...also] : also;
  const reason = journal.at(-1)?.split(": ")[1] ?? "";
  const live = phase === "Completed" ? "candidate" : "former";
  const idle = live === "candidate" ? "former" : "candidate";
  const expected = {
    live,
    shares: [`${idle} 0`, `${live} 100`].sort(),
    entry: live,
    deployments: [`${idle}: 0 replicas`, `${live}: 2 replicas`].sort(),
  };
  return [
    ...(reasons.includes(reason) ? [] : [`it ended with ${reason}`]),
    ...(journalIsWhole ? [] : ["the journal's chain is broken"]),
    ...unfinishedOperations.map((stack) => `an operation on ${stack} was never put right`),
    ...(intents.length === 0 ? [] : [`open intents: ${JSON.stringify(intents)}`]),
    ...(JSON.stringify(end) === JSON.stringify(expected) ? [] : [`it left ${JSON.stringify(end)}`]),
  ];
}

const titleOf = (deed: Deed): string => {
  if (deed === undefined) return "";
  return "kill" in deed ? `controller killed ${renderOrder(deed.kill)}` : `${deed.harm.title}, ${deed.at}`;
};
