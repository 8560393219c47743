import { KIND } from "../../lab/kinds.ts";
import { whenObserved } from "../../lab/objects.ts";
import type { Bench } from "./bench.ts";
import { PLAN, type PlanOptions, planObject } from "./plan.ts";

/** Writes the plan and waits until the controller has seen it: releases made after that are compiled from it. */
export async function usePlan(
  { objects, namespace }: Pick<Bench, "objects" | "namespace">,
  options: PlanOptions,
): Promise<void> {
  await objects.apply(planObject(namespace, options));
  await whenObserved(objects, KIND.plan, { name: PLAN, namespace });
}
