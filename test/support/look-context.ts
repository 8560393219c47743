import type { Check } from "../../src/api/check.ts";
import { minutes } from "../../src/base/duration.ts";
import { instant, plus } from "../../src/base/instant.ts";
import type { LookContext } from "../../src/ports/checks.ts";

/** What a look at `check` is made with: the candidate `shop-green` beside the live `shop-blue`, from now on. */
export function lookContext(check: Check, more: Partial<LookContext> = {}): LookContext {
  const now = more.now ?? instant(Date.now());
  return {
    check,
    target: { service: "shop-green", baselineService: "shop-blue" },
    namespace: "shop",
    verification: { name: "v", uid: "u" },
    from: now,
    deadline: plus(now, minutes(15)),
    now,
    looks: 0,
    signal: new AbortController().signal,
    ...more,
  };
}
