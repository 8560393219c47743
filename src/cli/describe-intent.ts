import { never } from "../base/never.ts";
import { renderWeight } from "../base/weight.ts";
import type { FloorWrite, Intent } from "../core/plan/intents.ts";
import { SIDES, type Split } from "../core/traffic/sides.ts";

/** What the controller would do, as one line for people. */
export function describeIntent(intent: Intent): string {
  switch (intent.kind) {
    case "stack":
      return `${intent.request.operation} stack ${intent.request.stack}`;
    case "cancelStack":
      return `cancel stack operation ${intent.key}`;
    case "shift":
      if (intent.write.end === "released")
        return `give ${intent.write.target.kind} ${intent.write.target.name} back to its owner`;
      return moveText("move", intent);
    case "revert":
      return moveText("take back", intent);
    case "select":
      return `point Service ${intent.service} at ${intent.slot}`;
    case "takeOver":
      return `make Service ${intent.service} an entry of the plan: it selects ${intent.slot} from then on`;
    case "scale":
      return `scale ${intent.workloads.map(scaleText).join(", ")} in ${intent.slot}`;
    case "verify":
      return `start Verification ${intent.name} (${intent.spec.checks.map((c) => c.name).join(", ")})`;
    case "endVerification":
      return `end Verification ${intent.name}`;
    case "endChecks":
      return `end ${intent.checks.join(", ")} of Verification ${intent.name}`;
    case "createRelease":
      return `create Release ${intent.name} from the plan's package`;
    case "deleteRelease":
      return `delete Release ${intent.name}, which is beyond the history`;
    case "storeSegment": {
      const { release, offset, entries } = intent.segment;
      return `store entries ${offset + 1} to ${offset + entries.length} of the journal of ${release.name}`;
    }
    case "addFinalizer":
      return `guard ${intent.object} ${intent.name} with a finalizer`;
    case "removeFinalizer":
      return `let ${intent.object} ${intent.name} go`;
    default:
      throw never(intent, "intent");
  }
}

const moveText = (what: string, { write }: Extract<Intent, { kind: "shift" | "revert" }>): string =>
  `${what} ${write.target.kind} ${write.target.name}: ${splitText(write.split)}`;

/** `blue 95%, green 5%`. */
export const splitText = (split: Split): string =>
  SIDES.flatMap((side) => {
    const share = split[side];
    return share === undefined ? [] : [`${side} ${renderWeight(share)}`];
  }).join(", ");

const scaleText = (w: Extract<Intent, { kind: "scale" }>["workloads"][number]): string => {
  const parts = [
    ...(w.replicas === undefined ? [] : [`to ${w.replicas}`]),
    ...(w.autoscaler === undefined ? [] : [floorText(w.autoscaler)]),
  ];
  return `${w.kind} ${w.name} ${parts.join(", ")}`;
};

const floorText = ({ name, minReplicas }: FloorWrite): string =>
  minReplicas === undefined
    ? `floor of ${name} left as somebody set it`
    : `floor of ${name} to ${minReplicas}`;
