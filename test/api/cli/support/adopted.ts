import type { ReleasePlanStatus } from "../../../../src/api/release-plan.ts";
import type { PlanObservation } from "../../../../src/cli/command-context.ts";
import type { Observed } from "../../../../src/core/plan/observed.ts";
import type { FormerService } from "../../../../src/core/traffic/former-service.ts";
import { aRelease, FROZEN } from "./objects.ts";
import { canaryPlan, observation } from "./observed.ts";

export const STOREFRONT: FormerService = {
  service: "storefront",
  exists: true,
  marked: false,
  targets: [{ port: 80, target: 8080, protocol: "TCP" }],
  selector: { app: "storefront" },
};

const traffic = { routes: [{ name: "shop" }] };

/** A plan that has adopted Service storefront and completed its first release on blue. */
export function adoptedObservation(
  status: Partial<ReleasePlanStatus> = {},
  former: Partial<FormerService> = {},
  more: Partial<Observed> & { readonly finish?: string } = {},
): PlanObservation {
  const { finish, ...observed } = more;
  const first = aRelease("shop-1", {
    phase: "Completed",
    frozen: { ...FROZEN, ports: [{ name: "http", port: 8080 }] },
  });
  const asked =
    finish === undefined ? {} : { finishAdoption: { service: finish, by: "ann", reason: "moved" } };
  const plan = canaryPlan(
    { traffic: { ...traffic, ...asked } },
    { liveSlot: "blue", legacyService: "storefront", slots: { blue: { release: "shop-1" } }, ...status },
  );
  const tidy = { blue: 10_000, green: 0 } as const;
  const seen = observation(plan, [first], { former: { ...STOREFRONT, ...former } });
  const split = { ...seen.observed.traffic[0], split: tidy } as Observed["traffic"][number];
  return { ...seen, observed: { ...seen.observed, traffic: [split], ...observed } };
}
