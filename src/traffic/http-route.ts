import type { TrafficTarget } from "../api/frozen.ts";
import type { ParentRef, RouteRef } from "../api/release-plan.ts";
import { err, ok, type Result } from "../base/result.ts";
import { adoptRoute } from "../core/traffic/adopt.ts";
import { type GatewayLookup, readFeatures } from "../core/traffic/features.ts";
import { observeRoute } from "../core/traffic/observe-route.ts";
import { type RenderedWrite, renderForward, renderRevert } from "../core/traffic/render-write.ts";
import type { RouteObject } from "../core/traffic/route-object.ts";
import { readMarks } from "../core/traffic/runs.ts";
import { OwnWrites } from "../kube/own-writes.ts";
import type {
  AdoptionFinding,
  Backends,
  TrafficError,
  TrafficObservation,
  TrafficRouter,
  TrafficWrite,
} from "../ports/traffic-router.ts";
import { readFailure, readRefusal } from "./failures.ts";
import { writeGuarded } from "./guarded-write.ts";
import type { ObjectAccess } from "./object-access.ts";

type Written = Promise<Result<void, TrafficError>>;

/** Splits traffic by the weights of a Gateway API HTTPRoute. */
export class HttpRouteRouter implements TrafficRouter {
  readonly kind = "HTTPRoute";
  readonly #routes: ObjectAccess<RouteObject>;
  readonly #gateways: GatewayLookup;
  readonly #seen: OwnWrites<RouteObject>;

  constructor(routes: ObjectAccess<RouteObject>, gateways: GatewayLookup) {
    this.#routes = routes;
    this.#gateways = gateways;
    this.#seen = new OwnWrites((ref) => routes.get(ref.namespace ?? "", ref.name));
  }

  adopt(namespace: string, route: RouteRef, slots: Backends): AdoptionFinding {
    return adoptRoute(this.#seen.get({ namespace, name: route.name }), namespace, route, slots);
  }

  observe(namespace: string, target: TrafficTarget, backends: Backends): TrafficObservation {
    return observeRoute(this.#seen.get({ namespace, name: target.name }), namespace, target, backends);
  }

  async shift(write: TrafficWrite & { readonly resourceVersion: string }): Written {
    const { namespace, target } = write;
    const route = this.#seen.get({ namespace, name: target.name });
    if (route === undefined) return err(gone(write));
    // The decision was made on another version than the one that indexes would be taken from.
    if (route.metadata.resourceVersion !== write.resourceVersion) return err(moved(write));
    const rendered = renderForward(route, write);
    if (rendered.kind === "same") return ok(undefined);
    if (rendered.kind !== "patch") return err(readRefusal(rendered));
    const answer = await this.#routes.patch(namespace, target.name, rendered.ops);
    if (answer.ok) {
      this.#seen.remember(answer.value);
      return ok(undefined);
    }
    return err(
      answer.error.kind === "invalid" ? await this.#why(write, answer.error) : readFailure(answer.error),
    );
  }

  revert(write: TrafficWrite): Written {
    const { namespace, target } = write;
    let wasMarked = false;
    const render = (route: RouteObject): RenderedWrite => {
      const isMarked = readMarks(route.metadata.annotations).run !== undefined;
      // Our marks went while this was under way: the plan has ended, and the slot that it would go to with it.
      if (wasMarked && !isMarked)
        return { kind: "stale", message: "the object was given back to its owner meanwhile" };
      wasMarked = isMarked;
      return renderRevert(route, write);
    };
    return writeGuarded({ access: this.#routes, seen: this.#seen, namespace, name: target.name, render });
  }

  features(namespace: string, parents: readonly ParentRef[]): readonly string[] | undefined {
    return readFeatures(namespace, parents, this.#gateways);
  }

  /** A 422 says nothing: the object tells whether a test failed or the write itself was refused. */
  async #why(
    write: TrafficWrite & { readonly resourceVersion: string },
    refused: { readonly kind: string; readonly message: string },
  ): Promise<TrafficError> {
    const read = await this.#routes.read(write.namespace, write.target.name);
    if (!read.ok) return readFailure(read.error);
    this.#seen.remember(read.value);
    const rendered = renderForward(read.value, write);
    if (rendered.kind === "stale") return readRefusal(rendered);
    return read.value.metadata.resourceVersion === write.resourceVersion
      ? readFailure(refused)
      : moved(write);
  }
}

const label = (write: TrafficWrite): string => `HTTPRoute "${write.namespace}/${write.target.name}"`;

const moved = (write: TrafficWrite): TrafficError => ({
  kind: "conflict",
  message: `${label(write)} has changed since it was looked at`,
});

const gone = (write: TrafficWrite): TrafficError => ({
  kind: "notFound",
  message: `there is no ${label(write)}`,
});
