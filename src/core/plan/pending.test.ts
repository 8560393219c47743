import { describe, expect, it } from "vitest";
import { canaryPlan, NOW, observation } from "../../../test/api/cli/support/observed.ts";
import { API_VERSION } from "../../api/object.ts";
import type { Release } from "../../api/release.ts";
import { hours, minutes, seconds } from "../../base/duration.ts";
import { type Instant, plus } from "../../base/instant.ts";
import { decide } from "./decide.ts";
import type { ProgramInfo } from "./stack.ts";

const waiting: Release = {
  apiVersion: API_VERSION,
  kind: "Release",
  metadata: { name: "shop-1", namespace: "ns", uid: "u1", generation: 1 },
  spec: { planRef: { name: "shop" }, package: { version: "1", image: "shop:1" } },
};
const LATE: ProgramInfo = {
  ok: false,
  message: "program web-service did not load within 30 s",
  retry: true,
};

/** What is decided about a release that has not started, with this known of its program. */
function decided(program: ProgramInfo, now: Instant = NOW, release: Release = waiting) {
  const plan = canaryPlan({}, { liveSlot: "blue" });
  const { observed } = observation(plan, [release], { programs: { "shop-1": program } });
  const decision = decide(observed, now);
  const status = decision.releases["shop-1"];
  if (status === undefined) throw new Error("nothing was decided about the release");
  return { status, wakeAt: decision.wakeAt };
}

describe("a release whose program can't be read", () => {
  it("waits, says so and looks again soon, when nobody answered in time", () => {
    const { status, wakeAt } = decided(LATE);
    expect(status).toMatchObject({
      phase: "Pending",
      hold: {
        reason: "ReadingProgram",
        message: `reading the stack program: ${LATE.message}; it is tried again`,
      },
    });
    expect(wakeAt).toBe(plus(NOW, seconds(10)));
  });

  it("waits no longer than the plan's startDeadline", () => {
    const first = { ...waiting, status: decided(LATE).status };
    expect(decided(LATE, plus(NOW, minutes(59)), first).status.phase).toBe("Pending");
    const { status } = decided(LATE, plus(NOW, hours(1)), first);
    expect(status.phase).toBe("Failed");
    expect(status.message).toContain("could not start within 1h");
    expect(status.message).toContain("did not load within 30 s");
  });

  it("fails at once, when the program itself refuses", () => {
    const { status } = decided({ ok: false, message: "stack.values.port: no" });
    expect(status).toMatchObject({ phase: "Failed", message: "spec.stack: stack.values.port: no" });
    expect(status.journal?.entries.at(-1)?.reason).toBe("StackInvalid");
  });
});
