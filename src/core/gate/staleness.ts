import { readDuration, renderDuration } from "../../base/duration.ts";
import { between, type Instant } from "../../base/instant.ts";
import type { Finding } from "./finding.ts";

/** The finding that the newest sample is too old to judge by; undefined while it is not. */
export function staleness(newest: Instant, at: Instant, staleAfter: string): Finding | undefined {
  const age = between(newest, at);
  if (age <= readDuration(staleAfter)) return undefined;
  const message = `the newest sample is ${renderDuration(age)} old, more than staleAfter ${staleAfter}: the scrape is silent`;
  return { kind: "unreadable", reason: "Stale", message, atOnce: true };
}
