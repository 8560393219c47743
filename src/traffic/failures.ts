import type { RenderedWrite } from "../core/traffic/render-write.ts";
import type { TrafficError } from "../ports/traffic-router.ts";
import type { AccessFailure } from "./object-access.ts";

const KINDS: Readonly<Record<string, TrafficError["kind"]>> = {
  notFound: "notFound",
  conflict: "conflict",
  alreadyExists: "conflict",
  gone: "conflict",
  forbidden: "forbidden",
  unauthorized: "forbidden",
  credentials: "forbidden",
  invalid: "invalid",
  unsupported: "invalid",
  tooLarge: "invalid",
  malformed: "invalid",
};

/** A client's failure in the port's words; whatever may pass by itself is `unreachable`. */
export const readFailure = (failure: AccessFailure): TrafficError => ({
  kind: KINDS[failure.kind] ?? "unreachable",
  message: failure.message,
});

/** Whether the object may have been another one than was thought: a failed test answers 422, a raced write 409. */
export const isRace = (failure: AccessFailure): boolean =>
  failure.kind === "invalid" || failure.kind === "conflict";

/** A write that is not to be sent, as an error. */
export const readRefusal = (
  rendered: Extract<RenderedWrite, { readonly kind: "stale" | "invalid" }>,
): TrafficError => ({ kind: rendered.kind, message: rendered.message });
