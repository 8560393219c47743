import type { FrozenRelease } from "../../api/frozen.ts";
import type { Live, Slot } from "../../api/release-plan.ts";
import type { Backends, Side } from "../traffic/sides.ts";

export const otherSlot = (slot: Slot): Slot => (slot === "blue" ? "green" : "blue");
/** The slot that a release may be applied to while `live` serves. */
export const idleSlot = (live: Live): Slot => (live === "blue" ? "green" : "blue");
export const isSlot = (live: Live | Side | undefined): live is Slot => live === "blue" || live === "green";

export const slotService = (plan: string, slot: Slot): string => `${plan}-${slot}`;
export const previewService = (plan: string): string => `${plan}-preview`;
/** Name of the Pulumi stack of a slot, of the entry, or of what the slots share. */
export const stackName = (namespace: string, plan: string, role: Slot | "entry" | "shared"): string =>
  `${namespace}.${plan}.${role}`;

/** The Services behind the sides of a frozen release. */
export function backendsOf(plan: string, frozen: Pick<FrozenRelease, "port" | "adoptedService">): Backends {
  const adopted = frozen.adoptedService;
  return {
    blue: { service: slotService(plan, "blue"), port: frozen.port },
    green: { service: slotService(plan, "green"), port: frozen.port },
    ...(adopted === undefined ? {} : { adopted: { service: adopted.name, port: adopted.port } }),
  };
}

/** Service to which checks of a side are sent. */
export function serviceOf(plan: string, frozen: Pick<FrozenRelease, "adoptedService">, side: Side): string {
  return side === "adopted" ? (frozen.adoptedService?.name ?? plan) : slotService(plan, side);
}
