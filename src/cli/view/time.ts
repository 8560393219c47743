import { type Duration, hours, milliseconds, minutes, renderDuration } from "../../base/duration.ts";
import { between, type Instant, readInstant } from "../../base/instant.ts";

const DAY = hours(24);

/** A span for people: two units at most, none finer than a second. */
export function renderSpan(span: Duration): string {
  const whole = Math.max(0, Math.round(span / 1_000) * 1_000);
  const unit = whole >= DAY ? hours(1) : whole >= hours(1) ? minutes(1) : 1_000;
  return renderDuration(milliseconds(Math.floor(whole / unit) * unit));
}

/** Time since a stored time, such as `5m10s`; empty where there is none. */
export function age(text: string | undefined, now: Instant): string {
  const at = readInstant(text ?? "");
  return at === undefined ? "" : renderSpan(between(at, now));
}

/** `5m10s ago`, or `in 30s` for a time to come. */
export function relative(at: Instant, now: Instant): string {
  const span = between(at, now);
  return span >= 0 ? `${renderSpan(span)} ago` : `in ${renderSpan(milliseconds(-span))}`;
}

/** Time into a release, with leading sign and fixed width for a timeline: `+  1m20s`. */
export const elapsedColumn = (from: Instant, to: Instant): string =>
  `+${renderSpan(milliseconds(Math.max(0, between(from, to)))).padStart(9)}`;
