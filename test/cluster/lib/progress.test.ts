import { expect, test, vi } from "vitest";
import { seconds } from "../../../src/base/duration.ts";
import { createProgress } from "./progress.ts";

function collect(isTTY: boolean) {
  const written: string[] = [];
  return { written, sink: { isTTY, write: (text: string) => written.push(text) } };
}

test("a long step gives a sign of life each interval and says how long it took", async () => {
  vi.useFakeTimers();
  try {
    const { written, sink } = collect(false);
    let finish = (): void => undefined;
    const running = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const step = createProgress(sink, seconds(15)).step("build", () => running);
    await vi.advanceTimersByTimeAsync(31_000);
    finish();
    await step;
    expect(written.length).toBe(4);
    expect(written[2]).toMatch(/build … 30s\n$/);
    expect(written[3]).toMatch(/build: done in 31s\n$/);
    expect(written.join("")).not.toContain("\u001b");
  } finally {
    vi.useRealTimers();
  }
});

test("a failed step is shown as failed and keeps its error", async () => {
  const { written, sink } = collect(false);
  const failure = new Error("no");
  await expect(createProgress(sink).step("build", () => Promise.reject(failure))).rejects.toBe(failure);
  expect(written.at(-1)).toMatch(/build: failed after/);
});
