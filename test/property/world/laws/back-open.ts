import { backendsOf } from "../../../../src/core/plan/names.ts";
import { allTo } from "../../../../src/core/plan/splits.ts";
import { observeRoute } from "../../../../src/core/traffic/observe-route.ts";
import { renderRevert } from "../../../../src/core/traffic/render-write.ts";
import type { RouteObject } from "../../../../src/core/traffic/route-object.ts";
import { applyJsonPatch } from "../../../conformance/traffic-router/json-patch.ts";
import type { Court, Law } from "./law.ts";

/** Law 2: whenever the candidate has traffic, one write brings everything back, and nothing else is needed. */
export function backIsOpen(court: Court): Law {
  return {
    onTraffic(kind, _before, after) {
      const active = court.active();
      const frozen = active?.status.frozen;
      if (kind !== "routes" || active === undefined || frozen === undefined) return;
      if (active.status.finishedAt !== undefined || frozen.live === "none") return;
      const target = frozen.targets.find((t) => t.name === after.metadata.name);
      if (target === undefined) return;
      const route = after as unknown as RouteObject;
      const backends = backendsOf("shop", frozen);
      const seen = observeRoute(route, "default", target, backends);
      if ((seen.split[frozen.slot] ?? 0) === 0) return;
      const run = `${active.metadata.uid}/${active.status.sequence}`;
      const split = allTo(frozen, frozen.live);
      const rendered = renderRevert(route, { namespace: "default", target, split, backends, run });
      const name = after.metadata.name;
      if (rendered.kind !== "patch") {
        court.demand(false, "law 2", () => `no way back for ${name}: ${JSON.stringify(rendered)}`);
        return;
      }
      const back = applyJsonPatch(route, rendered.ops);
      if ("refused" in back) {
        court.demand(false, "law 2", () => `the way back for ${name} is refused: ${back.refused}`);
        return;
      }
      const result = observeRoute(back, "default", target, backends);
      const all = result.split[frozen.live] === 10_000 && (result.split[frozen.slot] ?? 0) === 0;
      court.demand(all, "law 2", () => `one write leaves ${JSON.stringify(result.split)} in ${name}`);
    },
  };
}
