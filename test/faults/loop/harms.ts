/** What is done to a release of the loop, and what it does to the world by itself. */
import { setTimeout as pause } from "node:timers/promises";
import type { ComponentName } from "../../cluster/index.ts";
import type { Rule } from "../../lab/api-proxy/faults.ts";
import { KIND } from "../../lab/kinds.ts";
import type { Breach } from "../../lab/observer/laws.ts";
import { CONFLICT, refuseStatus } from "../support/api-faults.ts";
import { PLAN } from "../support/plan.ts";
import { APPLYING, killMidApply, PROVIDER, WORKER } from "../support/processes.ts";
import type { ProxiedBench } from "../support/proxied.ts";
import type { Flow } from "./flows.ts";

/** Before the release is made, in the middle of its apply, or when 20 % are in force. */
export type Moment = "rest" | "apply" | "step";

export interface Harm {
  readonly title: string;
  readonly at: readonly Moment[];
  /** It takes minutes: for loops that have many. */
  readonly slow?: true;
  /** Flows that it meets; without it all. */
  readonly of?: readonly Flow["name"][];
  /** @returns how often it was really injected */
  inject(bench: ProxiedBench): Promise<number>;
  /** The API server is away: the observer's watches come back one after the other, and say nothing about the laws of traffic. */
  readonly cutsObserverOff?: true;
  /** Clients are without answers while it lasts. */
  readonly losesRequests?: true;
  /** Laws that it breaks by itself. */
  readonly breaks?: readonly Breach["law"][];
  /** Ends that are right as well, and reasons that the journal may give. */
  readonly mayEndAs?: readonly string[];
  readonly mayEndBy?: readonly string[];
}

const killed =
  (name: ComponentName): Harm["inject"] =>
  async ({ cluster }) => {
    const component = cluster.component(name);
    await component.kill();
    await component.start();
    return 1;
  };

/** Rules of the proxy for some milliseconds. */
const between =
  (ms: number, ...rules: readonly Rule[]): Harm["inject"] =>
  async ({ proxy }) => {
    const injection = proxy.inject(...rules);
    try {
      await pause(ms);
    } finally {
      injection.lift();
    }
    return Object.values(injection.counts).reduce((sum, count) => sum + count, 0);
  };

const WATCHES = { verbs: ["watch"], from: "controller" } as const;
const WRITES = { verbs: "writes", from: "controller" } as const;

/** Longer than any request waits for its answer. */
const ETCD_PAUSED_MS = 6_000;

async function pauseEtcd({ cluster }: ProxiedBench): Promise<number> {
  const etcd = cluster.component("etcd");
  await etcd.pause();
  try {
    await pause(ETCD_PAUSED_MS);
    return 1;
  } finally {
    await etcd.resume();
  }
}

async function removeCandidates({ objects, namespace }: ProxiedBench): Promise<number> {
  const { status } = await objects.get(KIND.plan, { name: PLAN, namespace });
  const slot = status.liveSlot === "blue" ? "green" : "blue";
  const pods = await objects.list(KIND.pod, namespace, `bascule.dev/slot=${slot}`);
  for (const { metadata } of pods) await objects.askToRemove(KIND.pod, { name: metadata.name, namespace });
  return pods.length;
}

export const HARMS: readonly Harm[] = [
  { title: "Pulumi CLI killed", at: ["apply"], inject: ({ home }) => killMidApply(home, APPLYING) },
  { title: "Pulumi worker killed", at: ["apply"], inject: ({ home }) => killMidApply(home, WORKER) },
  { title: "Pulumi provider killed", at: ["apply"], inject: ({ home }) => killMidApply(home, PROVIDER) },
  {
    title: "API server killed",
    at: ["rest", "step"],
    inject: killed("apiserver"),
    cutsObserverOff: true,
  },
  {
    title: "gateway killed",
    at: ["rest", "step"],
    inject: killed("traefik"),
    losesRequests: true,
  },
  { title: "Prometheus killed", at: ["rest", "step"], inject: killed("prometheus") },
  { title: "etcd paused", at: ["rest", "step"], inject: pauseEtcd, cutsObserverOff: true },
  {
    title: "candidate's pods deleted",
    at: ["step"],
    inject: removeCandidates,
    losesRequests: true,
    breaks: ["traffic to the unready", "capacity before traffic"],
    mayEndAs: ["Reverted"],
    mayEndBy: ["CandidateLost", "GateFailed"],
  },
  {
    title: "watches dropped each second",
    at: ["rest", "step"],
    inject: between(4_000, { match: WATCHES, fault: { kind: "closeWatch", after: 1_000 } }),
  },
  {
    title: "watches too old",
    at: ["rest", "step"],
    inject: between(3_000, { match: WATCHES, fault: { kind: "goneWatch" } }),
  },
  {
    // Silence is noticed after 90 s.
    title: "watches half-open",
    at: ["step"],
    slow: true,
    inject: between(1_000, { match: WATCHES, fault: { kind: "deafWatch" } }),
  },
  {
    title: "statuses refused with 409",
    at: ["step"],
    of: ["good", "bad"],
    inject: between(5_000, refuseStatus(CONFLICT)),
  },
  {
    title: "503 on everything",
    at: ["apply", "step"],
    inject: between(4_000, {
      match: { from: "controller" },
      fault: { kind: "answer", status: 503, reason: "ServiceUnavailable" },
    }),
  },
  {
    title: "answers to writes lost",
    at: ["step"],
    of: ["good", "bad"],
    inject: between(4_000, { match: WRITES, fault: { kind: "loseAnswer" } }),
  },
];
