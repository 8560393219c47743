import { describe, expect, it } from "vitest";
import { hours, milliseconds } from "../base/duration.ts";
import { systemClock } from "./system-clock.ts";

describe("the system clock", () => {
  it("fires not before its time, and not when taken back", async () => {
    const started = systemClock.monotonic();
    let wrong = false;
    const cancel = systemClock.after(milliseconds(1), () => {
      wrong = true;
    });
    cancel();
    await new Promise<void>((resolve) => systemClock.after(milliseconds(20), resolve));
    expect(systemClock.monotonic() - started).toBeGreaterThanOrEqual(19);
    expect(wrong).toBe(false);
  });

  it("does not turn a delay of months into none", async () => {
    let fired = false;
    const cancel = systemClock.after(hours(24 * 90), () => {
      fired = true;
    });
    await new Promise<void>((resolve) => systemClock.after(milliseconds(10), resolve));
    cancel();
    expect(fired).toBe(false);
  });
});
