/** Metadata of a Kubernetes object as it comes over the wire: times are strings, unknown members are kept. */
export interface ObjectMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly finalizers?: readonly string[];
  readonly ownerReferences?: readonly OwnerReference[];
  readonly managedFields?: readonly unknown[];
  readonly generateName?: string;
}

export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
  readonly blockOwnerDeletion?: boolean;
}

export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
}

export const GROUP = "bascule.dev";
export const VERSION = "v1alpha1";
export const API_VERSION = `${GROUP}/${VERSION}`;

/** Labels and annotations that Bascule writes; the prefix is ours alone. */
export const MARK = {
  managedBy: "app.kubernetes.io/managed-by",
  /** Nobody selects by it; a common label such as `app` would put slots' pods behind users' own Services. */
  partOf: "app.kubernetes.io/part-of",
  plan: "bascule.dev/plan",
  slot: "bascule.dev/slot",
  release: "bascule.dev/release",
  /** On a ConfigMap: what of a release's record it holds. */
  record: "bascule.dev/record",
  /** On a route: `<release uid>/<sequence>` of the run whose forward writes may act on it. */
  run: "bascule.dev/run",
  /** On a route: the run that was taken back, written in the same request as the weights. */
  reverted: "bascule.dev/reverted",
  /** On a route: the step, or the way back, for which its gateway was asked once more to report. */
  touched: "bascule.dev/touched",
  /** On an autoscaler: the floor that a release wrote, the one before it, and the run; written with the floor. */
  floor: "bascule.dev/floor",
  /** On an autoscaler: the floor that its program declares. */
  declaredFloor: "bascule.dev/declared-floor",
  /** On a route rule's backends before adoption: the user's own Service. */
  adopted: "bascule.dev/adopted",
  /** On a Service of the user's own: the plan whose live slot its selector follows. */
  entry: "bascule.dev/entry",
  /** Beside it: the selector that it had before, as JSON. */
  formerSelector: "bascule.dev/former-selector",
} as const;

export const MANAGER = "bascule";
