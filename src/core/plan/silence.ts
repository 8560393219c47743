/**
 * Before a slot that has been drained is scaled to nothing, one look without new requests at its backend. The plan's
 * checks of the observed share say where the gateway's counters are; without any the drain alone decides. It is
 * bounded by twice the drain: then the slot goes all the same, and that is told.
 */
import type { Check } from "../../api/check.ts";
import type { Release } from "../../api/release.ts";
import type { Live, ReleasePlanStatus, Slot } from "../../api/release-plan.ts";
import type { VerificationSpec } from "../../api/verification.ts";
import { readDuration } from "../../base/duration.ts";
import { type Instant, plus, readInstant, renderInstant } from "../../base/instant.ts";
import { splitOf } from "../gate/defaults.ts";
import type { Output } from "./decision.ts";
import type { Intent } from "./intents.ts";
import { serviceOf, slotService } from "./names.ts";
import type { Observed } from "./observed.ts";

export interface SilenceInput {
  readonly observed: Observed;
  readonly status: ReleasePlanStatus;
  /** Slot that is to be scaled to nothing. */
  readonly slot: Slot;
  /** Release that ran last: its checks are asked, and the Verification is its own. */
  readonly last: Release | undefined;
  readonly now: Instant;
}

export type Silence =
  /** No counter is declared: the drain alone decides. */
  | { readonly kind: "unwatched" }
  | { readonly kind: "silent" }
  | {
      readonly kind: "waiting";
      readonly until: Instant;
      readonly verification: string;
      /** Starts the look, where it is not there yet. */
      readonly start?: Intent;
      readonly message: string;
    }
  /** The time is over, and nobody has seen the slot silent. */
  | {
      readonly kind: "unproven";
      /** Some look was made. */
      readonly measured: boolean;
      readonly reason: string;
      readonly message: string;
    };

/** What is known of the silence of a slot whose drain is over. */
export function silenceOf(input: SilenceInput): Silence {
  const { observed, status, now } = input;
  const idleSince = readInstant(status.idleSince ?? "");
  const drain = readDuration(observed.plan.spec.timing.drain);
  const checks = (input.last?.status?.frozen?.checks ?? []).filter(countsAtGateway);
  if (idleSince === undefined || drain === 0 || checks.length === 0) return { kind: "unwatched" };
  const verification = `${observed.plan.metadata.name}-retire-${status.sequence ?? 0}`;
  const results = observed.verifications[verification]?.results ?? [];
  const open = checks.filter((c) => results.find((r) => r.name === c.name)?.verdict !== "passed");
  if (open.length === 0) return { kind: "silent" };
  const drained = plus(idleSince, drain);
  const until = plus(drained, drain);
  const found = results.find((r) => r.name === open[0]?.name);
  if (now >= until)
    return {
      kind: "unproven",
      measured: found !== undefined,
      reason: found?.reason === "StillRequests" ? "StillRequests" : "NotMeasured",
      message: `${input.slot} had not been seen silent at twice the drain and was scaled down: ${found?.message ?? "no look was made"}`,
    };
  const start = observed.verifications[verification] === undefined && now >= drained;
  return {
    kind: "waiting",
    until,
    verification,
    ...(start ? { start: intentOf(input, verification, drained, checks) } : {}),
    message: `waiting until ${input.slot} gets no more requests: ${found?.message ?? "no look was made yet"}`,
  };
}

const countsAtGateway = (check: Check): boolean => splitOf(check)?.source === "gateway";

function intentOf(
  { observed, status, slot, last }: SilenceInput,
  name: string,
  from: Instant,
  checks: readonly Check[],
): Intent {
  const { name: plan, uid } = observed.plan.metadata;
  const frozen = last?.status?.frozen;
  const live: Live = status.liveSlot ?? "none";
  const version = slot === frozen?.slot ? frozen.package.version : status.slots?.[slot]?.version;
  const spec: VerificationSpec = {
    ...(last === undefined ? {} : { releaseRef: { name: last.metadata.name } }),
    step: "retire",
    moment: "observe",
    target: {
      service: slotService(plan, slot),
      plan,
      slot,
      ...(live === "none" ? {} : { baselineService: serviceOf(plan, frozen ?? {}, live) }),
      share: "0%",
      ...(version === undefined ? {} : { version }),
    },
    // Windows and deadlines of steps mean nothing here.
    checks: checks.map(({ window: _w, deadline: _d, ...check }) => check),
    from: renderInstant(from),
    deadline: observed.plan.spec.timing.drain,
  };
  return {
    kind: "verify",
    key: `${uid ?? plan}/verify/${name}`,
    name,
    release: last?.metadata.name ?? "",
    spec,
  };
}

/** What came of the slot that does not serve. */
export interface Retirement {
  /** Verification that is still waited for. */
  readonly verification?: string;
  readonly unproven?: Unproven;
  /** Slot that is drained and scaled to nothing, and whose stack is to be removed. */
  readonly removable?: Slot;
}

export type Unproven = Extract<Silence, { kind: "unproven" }>;

/** Condition of a plan whose idle slot was scaled down without having been seen silent. */
export const UNPROVEN = "DrainUnproven";

/** Publishes it once: the condition says that it has been told. */
export function tellUnproven(observed: Observed, unproven: Unproven, out: Output): Unproven {
  const { reason, message } = unproven;
  const about = { kind: "ReleasePlan", name: observed.plan.metadata.name } as const;
  if (observed.plan.status?.conditions?.some((c) => c.type === UNPROVEN) !== true)
    out.facts.push({ about, type: "Warning", reason, message });
  return unproven;
}
