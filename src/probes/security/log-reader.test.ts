import { describe, expect, it } from "vitest";
import { instant, readInstant } from "../../base/instant.ts";
import { err, ok } from "../../base/result.ts";
import type { LogCluster } from "./log-cluster.ts";
import { readLines } from "./log-lines.ts";
import { cursorAt, type LogSource, readLog } from "./log-reader.ts";

const FROM = readInstant("2026-01-01T00:00:00.500Z") ?? instant(0);
const SOURCE: LogSource = { namespace: "shop", pod: "p", container: "main", restarts: 0 };
const never = new AbortController().signal;

/** A log as the API server serves it: from a whole second on, cut after so many bytes. */
class WrittenLog implements LogCluster {
  lines: string[] = [];
  previous: string[] | undefined;
  calls = 0;

  write(...lines: string[]): this {
    this.lines.push(...lines);
    return this;
  }

  async log({ since, bytes, previous }: Parameters<LogCluster["log"]>[0]) {
    this.calls += 1;
    if (previous && this.previous === undefined) return err({ kind: "invalid", message: "" });
    const all = previous ? (this.previous ?? []) : this.lines;
    const text = all
      .filter((line) => (readLines(line)[0]?.at.second ?? 0) >= since)
      .map((line) => `${line}\n`)
      .join("");
    return ok(text.slice(0, bytes));
  }
}

const at = (second: number, fraction: string, text: string): string =>
  `2026-01-01T00:00:${String(second).padStart(2, "0")}${fraction}Z ${text}`;
const read = async (log: LogCluster, cursor = cursorAt(FROM), source = SOURCE) => {
  const result = await readLog(log, source, cursor, never, { bytes: 512 * 1024, calls: 8 });
  if (!result.ok) throw new Error(result.error.kind);
  return { ...result.value, texts: result.value.lines.map(({ text }) => text) };
};

describe("a log's reader", () => {
  it("reads each line once, from the start of the evidence on, to the nanosecond", async () => {
    const cursor = cursorAt(FROM);
    const log = new WrittenLog().write(at(0, ".4", "before"), at(0, ".6", "a"), at(0, ".61", "b"));
    expect((await read(log, cursor)).texts).toEqual(["a", "b"]);
    log.write(at(0, ".610000001", "c"), at(2, "", "d"));
    expect((await read(log, cursor)).texts).toEqual(["c", "d"]);
    expect((await read(log, cursor)).texts).toEqual([]);
  });

  it("reads on where an answer was cut, and no half line", async () => {
    const long = "x".repeat(1_000);
    const written = Array.from({ length: 1_500 }, (_, i) =>
      at(1 + Math.floor(i / 100), `.${String(i % 100).padStart(3, "0")}`, `${i} ${long}`),
    );
    const log = new WrittenLog().write(...written);
    const seen = await read(log);
    expect(seen).toMatchObject({ behind: false, lost: false });
    expect(seen.texts.map((text) => Number(text.split(" ")[0]))).toEqual(written.map((_, i) => i));
    expect(seen.texts.every((text) => text.endsWith(long))).toBe(true);
    expect(log.calls).toBeGreaterThan(2);
  });

  it("says that it is behind when one look has no room for all", async () => {
    const long = "x".repeat(8_000);
    const written = Array.from({ length: 1_000 }, (_, i) =>
      at(1 + Math.floor(i / 20), `.${i % 20}`, `${i} ${long}`),
    );
    const cursor = cursorAt(FROM);
    const log = new WrittenLog().write(...written);
    expect((await read(log, cursor)).behind).toBe(true);
    let rounds = 0;
    while ((await read(log, cursor)).behind && rounds < 10) rounds += 1;
    expect(rounds).toBeLessThan(10);
  });

  it("says that lines are lost when one second has more than it can read", async () => {
    const written = Array.from({ length: 700 }, () => at(1, ".1", "y".repeat(1_000)));
    expect((await read(new WrittenLog().write(...written))).lost).toBe(true);
  });

  it("reads what a container logged before it was started again, once", async () => {
    const cursor = cursorAt(FROM);
    const log = new WrittenLog().write(at(3, "", "second life"));
    log.previous = [at(1, "", "first life"), at(2, "", "panic")];
    const restarted = { ...SOURCE, restarts: 1 };
    expect((await read(log, cursor, restarted)).texts).toEqual(["first life", "panic", "second life"]);
    expect((await read(log, cursor, restarted)).texts).toEqual([]);
    log.previous = undefined;
    expect((await read(log, cursorAt(FROM), restarted)).texts).toEqual(["second life"]);
  });

  it("takes any text for a log without throwing", () => {
    expect(readLines("no time\n\n2026-01-01T00:00:00Z")).toHaveLength(1);
    expect(readLines("2026-13-99T99:99:99Z x")).toEqual([]);
    expect(readLines(at(0, "", "y".repeat(100_000)))[0]?.text).toHaveLength(8_192);
  });
});
