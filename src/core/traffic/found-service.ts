import type { AdoptionFinding } from "./observation.ts";
import type { Backend } from "./sides.ts";

/** The Service of that name as a route itself names it, with its port; undefined where no route points to it. */
export const foundService = (
  adoption: readonly AdoptionFinding[],
  name: string | undefined,
): Backend | undefined =>
  adoption.flatMap((a) => (a.ok && a.service?.service === name ? [a.service] : []))[0];
