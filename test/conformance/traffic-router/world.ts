import type { TrafficTarget } from "../../../src/api/frozen.ts";
import type { RouteRef } from "../../../src/api/release-plan.ts";
import type { Backends, Side, TrafficRouter } from "../../../src/ports/traffic-router.ts";

/** What a gateway says about the object. */
export interface GatewayWord {
  readonly accepted?: boolean;
  readonly resolved?: boolean;
  /** Generations behind the present one. */
  readonly behind?: number;
  /** The parent that counts, or another listener of the same gateway. */
  readonly parent?: "counting" | "other";
}

/**
 * What the cases need around an adapter: a traffic object of the user's own that points to the Service of the
 * side `adopted`, and the hands of everybody else who writes it.
 */
export interface World {
  readonly router: TrafficRouter;
  readonly namespace: string;
  readonly route: RouteRef;
  readonly target: TrafficTarget;
  /** Services of both slots, and the user's own. */
  readonly backends: Required<Backends>;
  /** The adapter's cache catches up with what is stored. */
  sync(): Promise<void>;
  /** While false, the adapter's cache stays behind until `sync`. */
  follow(follows: boolean): void;
  /** Somebody sets the weights of our backends by hand: any integers. */
  setWeights(weights: Readonly<Partial<Record<Side, number>>>): Promise<void>;
  removeBackend(side: Side): Promise<void>;
  addForeignBackend(name: string, weight: number): Promise<void>;
  /** Somebody edits the object where it is none of our business. */
  touchElsewhere(text: string): Promise<void>;
  gatewaySays(word: GatewayWord): Promise<void>;
  /** The object without weights, our backends, our marks and what the server writes by itself. */
  restOfObject(): Promise<unknown>;
  /** Version of the stored object: two equal ones mean that nobody has written. */
  version(): Promise<string>;
  deleteObject(): Promise<void>;
  /** Runs right before the adapter's next write reaches the server. */
  beforeNextWrite(action: () => Promise<void> | void): void;
}

export type MakeWorld = () => Promise<World>;
