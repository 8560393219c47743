import { KubeClient } from "../kube/client.ts";
import { type Fence, READ_ONLY } from "../kube/fence.ts";
import { listenForLease } from "../kube/lease-echo.ts";
import type { WorkQueue } from "../kube/work-queue.ts";
import type { PlanKey } from "../ports/world.ts";
import { systemClock } from "../telemetry/system-clock.ts";
import type { Base } from "./base.ts";
import { Election, LEADER_LEASE, type Term } from "./election.ts";
import { leaseDuration, namespaceOf } from "./settings.ts";
import { type RunningTerm, startTerm } from "./term.ts";

/** Acting, now or when the turn comes. */
export interface Leadership {
  /** Of the present term; of nothing while standing by. */
  readonly stats: WorkQueue<PlanKey>["stats"];
  /** To be called when the world is complete: nobody is elected who does not know what there is. */
  start(): void;
  /** Ends the work in order, and lets others lead. */
  stop(): Promise<void>;
}

type Stats = Leadership["stats"];
const NOTHING = { ready: 0, running: 0, waking: 0, failing: 0, oldest: 0, state: 0 } as Stats;

/** Acts whenever this process is the elected one; always, where no election is wanted. */
export function lead(base: Base, electing: KubeClient): Leadership {
  const { settings, credentials, identity, log, telemetry } = base;
  const onChange = (leads: boolean): void => telemetry.leads(leads);
  let term: RunningTerm | undefined;
  const begin = (fence?: Fence): Term => {
    term = startTerm(base, fence);
    return term;
  };
  const stats = (leads: boolean): Stats => (leads && term ? term.queue.stats : NOTHING);
  if (!settings.leaderElect)
    return {
      get stats() {
        return stats(true);
      },
      start() {
        begin();
        onChange(true);
        log.info({ identity }, "this controller leads without an election: it must be the only one");
      },
      stop: async () => term?.end(),
    };
  const namespace = namespaceOf(settings, credentials);
  const common = { log, clock: systemClock, metrics: telemetry.kube };
  // Over the connections that everything else is watched over.
  const client = new KubeClient(base.transport.fenced(READ_ONLY), { fieldManager: "bascule" });
  const election = new Election({
    ...{ ...common, identity, onChange, begin, namespace, client: electing },
    onAnswer: listenForLease({ ...common, client }, { namespace, name: LEADER_LEASE }, base.world.group),
    duration: leaseDuration(settings),
    // What nobody expected ends the process: another one takes over.
    onBroken: (cause) =>
      void setImmediate(() => {
        throw cause;
      }),
  });
  return {
    get stats() {
      return stats(election.leads);
    },
    start: () => election.start(),
    stop: () => election.stop(),
  };
}
