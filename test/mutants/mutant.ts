import type { AnyObject } from "../lab/kinds.ts";
import type { Mutation } from "./service/mutations.ts";

/** A healthy service with one thing wrong. */
export interface Mutant {
  /** Name of its Deployment and Service, at most 40 characters. */
  readonly name: string;
  /** What is wrong, for people. */
  readonly wrong: string;
  /** What the service itself does wrong. */
  readonly mutation?: Mutation;
  /** Laid over the Deployment, for what is wrong in the pod and not in the program. */
  readonly change?: (deployment: AnyObject) => AnyObject;
  /** Laid over its Service. */
  readonly changeService?: (service: AnyObject) => AnyObject;
  /** Made beside it, such as a binding; cluster-scoped ones are removed at the end. */
  readonly objects?: (place: Place) => readonly AnyObject[];
  /** Name of the check that has to fail. No other may. */
  readonly caughtBy: string;
  /** Reason of that check's result. */
  readonly reason: string;
  /** Verdict of that check; default failed. */
  readonly verdict?: "failed" | "error" | "inconclusive";
}

/** Where a candidate is. */
export interface Place {
  readonly namespace: string;
  /** Name of its Deployment and Service, and its label `app`. */
  readonly name: string;
}

/** What the checks of a family are made for. */
export interface MutantTarget extends Place {
  /** Address of the cluster's DNS server. */
  readonly dnsServer: string;
}

/** The checks of one kind of assertion, all blocking, and a mutant for each assertion. */
export interface Family {
  readonly checks: (target: MutantTarget) => readonly Readonly<Record<string, unknown>>[];
  readonly mutants: readonly Mutant[];
  /**
   * What the checks read from the namespace, such as Secrets; made once.
   * @param images digests of the cluster's images, such as sha256:…, by their tags
   */
  readonly objects?: (namespace: string, images: ReadonlyMap<string, string>) => readonly AnyObject[];
}
