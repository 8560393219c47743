import type { FrozenRelease } from "../api/frozen.ts";
import type { Live } from "../api/release-plan.ts";
import { finishedService, madeEntry } from "../core/plan/entries.ts";
import { adoptedBackend } from "../core/plan/live.ts";
import type { Observed } from "../core/plan/observed.ts";
import type { TrafficObservation } from "../core/traffic/observation.ts";
import type { Backend } from "../core/traffic/sides.ts";

/** What people should know before a release, although it does not stop one. */
export function warningsOf(
  observed: Observed,
  release: string,
  live: Live,
  frozen: FrozenRelease | undefined,
): readonly string[] {
  return [
    ...observed.traffic.flatMap((t) =>
      routeWarnings(t, live === "adopted" ? adoptedBackend(observed) : undefined),
    ),
    ...busy(observed, release),
    ...(frozen === undefined ? [] : callers(observed, frozen)),
    ...(frozen === undefined ? [] : unjudged(frozen)),
    ...liveDown(observed, live),
  ];
}

function routeWarnings(t: TrafficObservation, adopted: Backend | undefined): readonly string[] {
  const name = `${t.target.kind} ${t.target.name}`;
  if (!t.exists) return [];
  // Before the first release the Service that is to be adopted is not yet a side of the route.
  const foreign = t.foreign.filter((f) => f !== `${adopted?.service}:${adopted?.port}`);
  return [
    ...(t.gitOpsOwner === undefined
      ? []
      : [
          `${name} belongs to ${t.gitOpsOwner}: let it ignore the weights of the rules (Argo CD: ignoreDifferences with RespectIgnoreDifferences; Flux: kustomize.toolkit.fluxcd.io/ssa: IfNotPresent), or it will fight over them`,
        ]),
    ...(t.accepted ? [] : [`${name} is not in force: ${t.problem ?? "its parents have not accepted it"}`]),
    ...(foreign.length === 0
      ? []
      : [`${name} also sends traffic to ${foreign.join(", ")}, which Bascule leaves alone`]),
    ...(t.mixed ? [`the rules of ${name} have different weights; the release makes them agree`] : []),
  ];
}

function busy(observed: Observed, release: string): readonly string[] {
  const active = observed.plan.status?.activeRelease;
  if (active === undefined) return [];
  if (active === release) return [`release ${active} is in progress; this shows it as if it started anew`];
  const phase = observed.releases.find((r) => r.metadata.name === active)?.status?.phase ?? "Pending";
  return phase === "Preparing" || phase === "Shifting"
    ? [`release ${active} is ${phase}: it would be taken back first (Superseded)`]
    : [
        `release ${active} is ${phase}: a new one would wait for its end, and start from whatever is live then`,
      ];
}

/** Callers that don't pass the gateway, and what becomes of the Service that they use. */
function callers(observed: Observed, frozen: FrozenRelease): readonly string[] {
  const plan = observed.plan.metadata.name;
  const finish = `bascule adopt ${plan} --finish`;
  if (frozen.entryService === undefined)
    return [
      `no entry Service is made: Service ${plan} is your own, and callers inside the cluster stay on what it selects${observed.former === undefined ? "" : `; "${finish}" makes it the entry`}`,
    ];
  if (madeEntry(frozen) === plan && observed.entry.exists && observed.entry.slot === undefined)
    return [
      `Service ${plan} is there and selects no slot of this plan: the entry stack can't take it over; rename it, or let the route point to it so that it is adopted`,
    ];
  const left =
    finishedService(observed.plan.status) !== undefined
      ? [
          `Service ${frozen.entryService} follows the live slot: the pods that it selected before this plan get nothing through it and are their owner's to remove`,
        ]
      : [];
  const partly = frozen.steps.some((s) => s.kind === "traffic" && !isWhole(s.weight));
  return partly
    ? [
        `callers inside the cluster that use Service ${frozen.entryService} do not pass the gateway: weights do not apply to them, they switch at 100 %`,
        ...left,
      ]
    : left;
}

const isWhole = (weight: number | string): boolean => Number(String(weight).replace("%", "")) === 100;

function unjudged(frozen: FrozenRelease): readonly string[] {
  if ((frozen.checks ?? []).length === 0)
    return ["spec.verification is empty: nothing judges this release, only readiness is waited for"];
  const blind = frozen.steps.filter((s) => s.kind === "traffic" && s.checks.length === 0).map((s) => s.name);
  return blind.length === 0 ? [] : [`no check runs in ${blind.join(", ")}: nothing could take it back there`];
}

function liveDown(observed: Observed, live: Live): readonly string[] {
  if (live === "none") return [];
  const ready =
    live === "adopted" ? (observed.adopted?.readyEndpoints ?? 0) : observed.slots[live].readyEndpoints;
  return ready > 0 ? [] : [`${live} is live and has no ready endpoint: there would be nothing to go back to`];
}
