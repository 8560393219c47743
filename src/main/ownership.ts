import type { PlanKey } from "../ports/world.ts";

/** Which plans a controller looks after; a Verification that belongs to no plan counts under its own name. */
export type Ownership = (key: PlanKey) => boolean;

/**
 * Those of this process: all of them. Everything that a controller does begins with a key that this function lets
 * pass (`connect.ts`), so this is the place to divide plans among several leaders.
 */
export const isMine: Ownership = () => true;
