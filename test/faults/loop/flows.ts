/** The ways in which releases of the loop go when nothing is done to them. */
import type { Order } from "../support/order.ts";
import type { Loop } from "./loop.ts";

export interface Flow {
  readonly name: "good" | "bad" | "aborted";
  /** Version that is released; without it a good one that is not live. */
  readonly version?: string;
  readonly end: "Completed" | "Reverted";
  /** What the journal gives as the reason of the end; a controller that was killed may know the route's mark only. */
  readonly reasons: readonly string[];
  /** What a person does when 20 % are in force. */
  act?(loop: Loop, release: string): Promise<void>;
  /** Effects of this flow at which the controller can be killed. */
  readonly kills: readonly Order[];
}

export const GOOD: Flow = {
  name: "good",
  end: "Completed",
  reasons: ["Completed"],
  kills: [
    { moment: "during", kind: "stack" },
    { moment: "after", kind: "stack" },
    { moment: "after", kind: "planStatus" },
    { moment: "during", kind: "shift", about: ":2000" },
    { moment: "after", kind: "verify", about: "-weight-20$" },
    { moment: "before", kind: "endVerification", about: "-weight-100$" },
    { moment: "after", kind: "releaseStatus", about: "Completed" },
  ],
};

export const BAD: Flow = {
  name: "bad",
  version: "v4",
  end: "Reverted",
  reasons: ["GateFailed", "RevertFound"],
  kills: [
    { moment: "before", kind: "revert" },
    { moment: "during", kind: "revert" },
    { moment: "before", kind: "releaseStatus", about: "Reverting" },
    { moment: "after", kind: "releaseStatus", about: "Reverted" },
  ],
};

export const ABORTED: Flow = {
  name: "aborted",
  end: "Reverted",
  reasons: ["Aborted", "RevertFound"],
  act: ({ bench }, release) => bench.releases.command(release, { abort: { reason: "a test" } }),
  kills: [
    { moment: "during", kind: "revert" },
    { moment: "after", kind: "revert" },
    { moment: "after", kind: "releaseStatus", about: "Reverted" },
  ],
};

/** As often as each comes up. */
export const FLOWS: readonly Flow[] = [GOOD, GOOD, GOOD, BAD, ABORTED];
