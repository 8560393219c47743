import type { PortsCheck } from "../../api/checks/ports.ts";
import { readDuration } from "../../base/duration.ts";
import { TimeLimit } from "../../base/time-limit.ts";
import type { Pod } from "../../core/gate/pods/pod.ts";
import {
  openPortFindings,
  type PortPlan,
  portPlan,
  servicePortFindings,
} from "../../core/gate/ports/examine.ts";
import type { AddressRule } from "../../net/address-policy.ts";
import type { Checker, Look, LookContext } from "../../ports/checks.ts";
import type { CandidateCluster } from "../candidate-cluster.ts";
import { type CandidatePods, candidatePods } from "../candidate-pods.ts";
import { examinationLook, type Found, wrongKind } from "../examination.ts";
import { type PortState, type ScanLimits, scanPorts, type Target } from "./port-scan.ts";

/** Replicas run the same; of more than so many pods the first are scanned, which the message says. */
const MOST_PODS = 20;
const LIMITS: ScanLimits = { atOnce: 128, perSecond: 2_000, patience: 500 };

/** Security check: which TCP ports of the candidate's pods take connections. */
export class PortsChecker implements Checker {
  readonly kind = "ports";
  readonly #cluster: CandidateCluster;
  readonly #rule: AddressRule;
  readonly #limits: ScanLimits;

  /** @param rule which addresses may be connected to; those of pods come from the cluster */
  constructor(cluster: CandidateCluster, rule: AddressRule, limits = LIMITS) {
    this.#cluster = cluster;
    this.#rule = rule;
    this.#limits = limits;
  }

  async look(context: LookContext): Promise<Look> {
    const { ports } = context.check;
    if (ports === undefined) return wrongKind(this.kind);
    const found = await candidatePods(this.#cluster, context);
    if (!found.ok) return found.error;
    const pods = found.value.pods.slice(0, MOST_PODS);
    const waiting = pods.find((pod) => addressesOf(pod).length === 0);
    if (waiting !== undefined)
      return {
        kind: "nothing",
        reason: "NotStarted",
        message: `pod ${waiting.metadata.name} has no address yet`,
      };
    const plan = portPlan(ports, pods, found.value.service.spec?.ports ?? []);
    const targets = this.#targets(pods, plan);
    using limit = new TimeLimit(context.signal, readDuration(ports.timeout));
    try {
      const states = await scanPorts(targets, this.#limits, limit.signal);
      limit.signal.throwIfAborted();
      return assess(found.value, pods, plan, states);
    } catch (error) {
      context.signal.throwIfAborted();
      if (limit.late) return tooLong(targets.length, ports);
      throw error;
    }
  }

  #targets(pods: readonly Pod[], { scanned }: PortPlan): readonly Target[] {
    return pods.flatMap((pod) =>
      addressesOf(pod).flatMap((host) =>
        scanned
          .filter((port) => this.#rule.problemOf(host, port) === undefined)
          .map((port) => ({ host, port })),
      ),
    );
  }
}

const addressesOf = ({ status }: Pod): readonly string[] => {
  const all = (status?.podIPs ?? []).flatMap(({ ip }) => (ip === undefined || ip === "" ? [] : [ip]));
  const first = status?.podIP;
  return all.length > 0 || first === undefined || first === "" ? all : [first];
};

const tooLong = (count: number, { timeout }: PortsCheck): Look => ({
  kind: "unreadable",
  reason: "ScanTooLong",
  message: `${count} ports could not be tried within ${timeout}; scan fewer or raise ports.timeout`,
});

function assess(
  { service, pods: all }: CandidatePods,
  pods: readonly Pod[],
  plan: PortPlan,
  states: ReadonlyMap<Target, PortState>,
): Look {
  const findings: Found[] = [];
  const told: string[] = [];
  for (const pod of pods) {
    const { name } = pod.metadata;
    for (const address of addressesOf(pod)) {
      const own = [...states].filter(([{ host }]) => host === address);
      const open = new Set(own.filter(([, state]) => state === "open").map(([{ port }]) => port));
      // A host that is there refuses most ports. One that never answers is behind a filter, and was not examined.
      if (open.size === 0 && !own.some(([, state]) => state === "refused"))
        return {
          kind: "unreadable",
          reason: "PodUnreachable",
          message: `no port of pod ${name} answers or refuses; let the controller reach ${address}`,
        };
      told.push(`${name} ${address}: open ${[...open].join(", ") || "none"}`);
      findings.push(...openPortFindings(open, plan).map((finding) => ({ ...finding, pod: name })));
    }
  }
  findings.push(...servicePortFindings(service.spec?.ports ?? [], pods, plan));
  const some = pods.length < all.length ? `${pods.length} of ${all.length}` : `${pods.length}`;
  return examinationLook({
    findings,
    examined: states.size,
    threshold: `allowed: ${[...plan.allowed].join(", ")}`,
    good: {
      reason: "PortsAsAllowed",
      message: `${plan.scanned.length} ports of ${some} pods were tried; open are only allowed ones`,
      evidence: told.join("\n").slice(0, 4096),
    },
  });
}
