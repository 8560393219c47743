import type { SharedChange } from "../../../api/shared.ts";
import type { SlotRequestInput } from "../entry.ts";
import { type Looking, type Preview, previewStack } from "../preview.ts";
import type { SharedOutputs, StackChanges } from "../stack.ts";
import { needsApproval, sharedChange } from "./change.ts";
import { sharedDigest, sharedRequest } from "./request.ts";

/** What a dry run shows of the part that both slots share. */
export interface SharedPreview {
  readonly changes: StackChanges;
  readonly objects: SharedChange["objects"];
  /** Set where a person would be asked: the id of the change. */
  readonly needsApproval?: string;
}

type Answer =
  | Exclude<Preview, { kind: "done" }>
  | { readonly kind: "done"; readonly outputs?: SharedOutputs; readonly found?: SharedPreview };

const NOTHING: StackChanges = { created: 0, updated: 0, replaced: 0, deleted: 0, same: 0 };

/** What would become of it, before the slot: it tells the slot its outputs. What stands already is not looked at. */
export function previewShared(look: Looking, place: SlotRequestInput): Answer {
  const { frozen, observed } = look;
  if (frozen.shared !== true) return { kind: "done" };
  const standing = observed.plan.status?.shared;
  if (standing?.digest === sharedDigest(frozen)) {
    const outputs = standing.outputs as SharedOutputs | undefined;
    const found = { changes: NOTHING, objects: [] };
    return { kind: "done", found, ...(outputs === undefined ? {} : { outputs }) };
  }
  const answer = previewStack(look, "preview-shared", sharedRequest(place));
  if (answer.kind !== "done") return answer;
  const { changes, details = [], outputs } = answer.outcome;
  const { id, objects } = sharedChange(details);
  return {
    kind: "done",
    found: { changes, objects, ...(needsApproval(details) ? { needsApproval: id } : {}) },
    ...(outputs === undefined ? {} : { outputs }),
  };
}
