import type { LoadCheck } from "../../api/checks/load.ts";
import { LOAD_LIMITS } from "../../api/checks/load.ts";
import { readDuration } from "../../base/duration.ts";
import type { LoadEnd, LoadFigures } from "../../core/gate/load/figures.ts";
import { judgeLoad, tellLoad } from "../../core/gate/load/judge-load.ts";
import { readStages } from "../../core/gate/load/stages.ts";
import { readShare } from "../../core/gate/share-text.ts";
import type { AddressPolicy, PlainPolicy } from "../../net/address-policy.ts";
import type { Checker, Look, LookContext } from "../../ports/checks.ts";
import { lowerCase } from "../functional/http-exchange.ts";
import { addressOf, type HttpTarget } from "../http-address.ts";
import { unreadable } from "../look-failure.ts";
import type { ResolveService } from "../service-address.ts";
import { LoadProcess } from "./load-process.ts";
import { LoadTurns, type RunningLoad } from "./load-turns.ts";
import type { LoadJob } from "./messages.ts";

/** A load that nobody has looked at for so long is ended: its check is over, and nothing else would say so. */
const FORGOTTEN = 30_000;
const LOOK_AROUND = 5_000;

interface Run extends RunningLoad {
  readonly process: LoadProcess;
  /** A controller before this one may have begun it: what that measured does not count. */
  readonly again: boolean;
  ended: { readonly figures: LoadFigures; readonly end: LoadEnd } | undefined;
  seen: number;
}

/**
 * Load on the candidate, in a process of its own. A look starts it, or tells how it goes. It is not continued by
 * another controller: that starts it again, from the beginning.
 */
export class LoadChecker implements Checker {
  readonly kind = "load";
  readonly #resolveService: ResolveService;
  readonly #policy: AddressPolicy;
  readonly #monotonic: () => number;
  readonly #runs = new Map<string, Run>();
  readonly #turns = new LoadTurns(LOAD_LIMITS.atOnce);
  #timer: NodeJS.Timeout | undefined;

  /** @param monotonic milliseconds */
  constructor(resolveService: ResolveService, policy: AddressPolicy, monotonic: () => number) {
    this.#resolveService = resolveService;
    this.#policy = policy;
    this.#monotonic = monotonic;
  }

  async look(context: LookContext): Promise<Look> {
    context.signal.throwIfAborted();
    const { load } = context.check;
    if (load === undefined) return unreadable("WrongKind", "the check is no load check");
    const known = this.#runs.get(keyOf(context));
    if (known !== undefined) return this.#tell(load, known);
    const service = { namespace: context.namespace, name: context.target.service };
    const target = addressOf(load, service, this.#resolveService);
    if (!target.ok) return unreadable(target.error.reason, target.error.message);
    const job = jobOf(load, target.value, this.#policy.plain);
    if (job === undefined) return unreadable("InvalidCheck", "the stages can't be read");
    const of = { origin: target.value.url.origin, namespace: context.namespace };
    const busy = this.#turns.ask(keyOf(context), of, this.#running, this.#monotonic());
    if (busy !== undefined) return { kind: "outcome", state: "running", reason: "LoadWaits", message: busy };
    return this.#tell(load, this.#start(keyOf(context), job, { ...of, again: context.looks > 0 }));
  }

  /** Ends the load, wherever it is. */
  async finish(context: LookContext): Promise<void> {
    await this.#drop(keyOf(context));
  }

  /** Ends all loads. */
  async close(): Promise<void> {
    await Promise.all([...this.#runs.keys()].map((key) => this.#drop(key)));
  }

  #start(key: string, job: LoadJob, of: RunningLoad & Pick<Run, "again">): Run {
    const process = new LoadProcess(job);
    const run: Run = { ...of, process, ended: undefined, seen: this.#monotonic() };
    this.#runs.set(key, run);
    this.#timer ??= setInterval(() => this.#lookAround(), LOOK_AROUND).unref();
    return run;
  }

  #tell(load: LoadCheck, run: Run): Look {
    run.seen = this.#monotonic();
    const { figures, end } = run.process.state;
    const look =
      end !== undefined && figures !== undefined ? judgeLoad(load, figures, end) : tellLoad(load, figures);
    return run.again && look.kind === "outcome"
      ? { ...look, message: `${look.message}; begun anew, looks of an earlier start don't count` }
      : look;
  }

  get #running(): readonly Run[] {
    return [...this.#runs.values()].filter(({ process }) => process.state.end === undefined);
  }

  #lookAround(): void {
    for (const [key, { seen }] of this.#runs) if (this.#monotonic() - seen > FORGOTTEN) void this.#drop(key);
  }

  async #drop(key: string): Promise<void> {
    const run = this.#runs.get(key);
    this.#runs.delete(key);
    this.#turns.drop(key);
    if (this.#runs.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
    await run?.process.stop();
  }
}

const keyOf = ({ verification, check }: LookContext): string => `${verification.uid}/${check.name}`;

function jobOf(load: LoadCheck, { url, authority }: HttpTarget, policy: PlainPolicy): LoadJob | undefined {
  const stages = readStages(load);
  if (stages === undefined) return undefined;
  const host = authority === undefined ? {} : { host: authority };
  const { status } = load.expect;
  return {
    stages,
    url: url.href,
    method: load.method,
    headers: { ...host, ...lowerCase(load.headers) },
    ...(load.body === undefined ? {} : { body: load.body }),
    slot: authority !== undefined,
    policy,
    connections: load.connections,
    timeout: readDuration(load.timeout),
    ...(status === undefined ? {} : { status }),
    allowedErrors: readShare(load.limits.errors) ?? 0,
  };
}
