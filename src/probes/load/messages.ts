import type { LoadEnd, LoadFigures } from "../../core/gate/load/figures.ts";
import type { LoadStage } from "../../core/gate/load/stages.ts";
import type { PlainPolicy } from "../../net/address-policy.ts";

/** Everything that the generator has to know. Sent through its pipe: headers may hold secrets. */
export interface LoadJob {
  readonly stages: readonly LoadStage[];
  readonly url: string;
  readonly method: "GET" | "HEAD" | "OPTIONS" | "POST";
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The candidate's own address: any range is allowed, and its certificate not verified, as with an http check. */
  readonly slot: boolean;
  /** Addresses that it may connect to. */
  readonly policy: PlainPolicy;
  readonly connections: number;
  /** Milliseconds. */
  readonly timeout: number;
  /** Status codes that are no error; undefined: all below 400. */
  readonly status?: readonly number[];
  /** Share of errors that the check allows. */
  readonly allowedErrors: number;
}

export interface ToGenerator {
  readonly type: "start";
  readonly job: LoadJob;
}

export type FromGenerator =
  | { readonly type: "ready" }
  | { readonly type: "progress"; readonly figures: LoadFigures }
  | { readonly type: "ended"; readonly figures: LoadFigures; readonly end: LoadEnd };
