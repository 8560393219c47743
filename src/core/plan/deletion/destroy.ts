/** The stacks of what leaves with a plan are destroyed. */
import { type PlanStack, SLOTS, type Slot } from "../../../api/release-plan.ts";
import { isSlot, otherSlot } from "../names.ts";
import { removeStack } from "../remove-stack.ts";
import { shareOf } from "../splits.ts";
import { type Farewell, waitFor } from "./farewell.ts";

/** True when every stack of what leaves is gone. The entry goes first: its route must not outlive what it points to. */
export function destroyStacks(bye: Farewell): boolean {
  const { staying } = bye;
  const steps: readonly (readonly PlanStack[])[] = isSlot(staying)
    ? [[otherSlot(staying)]]
    : [["entry"], SLOTS];
  return steps.every((parts) => parts.map((part) => destroy(bye, part)).every(Boolean));
}

function destroy(bye: Farewell, part: PlanStack): boolean {
  const { observed, now, out } = bye;
  const { destroyed = [], intents, problem, ...rest } = bye.progress;
  if (destroyed.includes(part)) return true;
  if (part !== "entry" && !isWithoutTraffic(bye, part)) return false;
  const state = {
    ...(intents === undefined ? {} : { intents }),
    ...(problem === undefined ? {} : { problem }),
  };
  const found = removeStack({ observed, now, out, part, operation: `remove-${part}`, state });
  const gone = found.kind === "done" ? [...destroyed, part] : destroyed;
  bye.progress = { ...rest, ...(gone.length === 0 ? {} : { destroyed: gone }), ...found.state };
  return found.kind === "done" || waitFor(bye, found.message, found.reason);
}

/** A slot that some route still sends to is not touched, whatever the status says. */
function isWithoutTraffic(bye: Farewell, slot: Slot): boolean {
  const using = bye.observed.traffic.find((t) => t.exists && shareOf(t.split, slot) > 0);
  if (using === undefined) return true;
  return waitFor(bye, `waiting until ${using.target.kind} ${using.target.name} no longer sends to ${slot}`);
}
