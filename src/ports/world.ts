import type { KubeObject } from "../api/object.ts";
import type { Slot } from "../api/release-plan.ts";
import type { SlotObservation } from "../core/plan/observed.ts";

/** `<namespace>/<plan>`: the only kind of key in the controller's queue. */
export type PlanKey = `${string}/${string}`;

export const planKey = (namespace: string, plan: string): PlanKey => `${namespace}/${plan}`;
export function splitPlanKey(key: PlanKey): { readonly namespace: string; readonly name: string } {
  const slash = key.indexOf("/");
  return { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}

/** What stands behind a Service. */
export interface ServiceObservation {
  readonly exists: boolean;
  readonly readyEndpoints: number;
  /** Ports by name or number; empty when the Service is not there. */
  readonly ports: readonly {
    readonly name?: string;
    readonly port: number;
    readonly targetPort?: number | string;
  }[];
  readonly clusterIP?: string;
}

/**
 * Port to the watched part of the cluster: cached, never blocking, never older than our own last write.
 * Objects come as they are; `controller` reads them with the schemas.
 */
export interface World {
  plan(key: PlanKey): KubeObject | undefined;
  releases(key: PlanKey): readonly KubeObject[];
  verifications(key: PlanKey): readonly KubeObject[];
  template(namespace: string, name: string): KubeObject | undefined;
  /** Always undefined where only some namespaces are looked at: `namespaces` tells. */
  clusterTemplate(name: string): KubeObject | undefined;
  /** The only namespaces that are looked at; none: all of them. */
  readonly namespaces?: readonly string[];
  slot(key: PlanKey, slot: Slot): SlotObservation;
  service(namespace: string, name: string): ServiceObservation;
  /** Names of the plans that have to do with a Service: as one of their own, as the one they started from, as an entry. */
  plansOf(namespace: string, service: string): readonly string[];
  /** Names of Services of users' own that carry the mark of the plan's entry. */
  markedEntries(key: PlanKey): readonly string[];
  /** Services and disruption budgets of others that select the pods of the plan's slots. */
  intruders(key: PlanKey): readonly string[];
  namespaceTerminating(namespace: string): boolean;
}
