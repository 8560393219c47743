import { describe, expect, it } from "vitest";
import { runWorld } from "./world/run-world.ts";
import { CALM } from "./world/scenario.ts";

describe("a calm world", () => {
  it("releases by canary with exactly the asked shares", async () => {
    const end = await runWorld(CALM);
    expect(end.shares).toEqual([5, 25, 50, 100]);
    expect(end.releases.r1?.status?.phase).toBe("Completed");
    expect(end.plan.liveSlot).toBe("green");
  });
});
