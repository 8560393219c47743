import { beforeEach, describe, expect, it } from "vitest";
import { ManualClock, turn } from "../../test/support/manual-clock.ts";
import { seconds } from "../base/duration.ts";
import type { ProgramInfo } from "../ports/stacks.ts";
import { ProgramReader } from "./programs.ts";

const info = (digest: string): ProgramInfo => ({ ok: true, name: "web", digest, ports: [] });

describe("programs that are read without waiting", () => {
  let clock: ManualClock;
  let asked: { values: unknown; answer: PromiseWithResolvers<ProgramInfo> }[];
  let news: string[];
  let reader: ProgramReader;
  const read = (values: Record<string, unknown> = {}) => reader.read("ns/shop", "web", values);
  beforeEach(() => {
    clock = new ManualClock();
    asked = [];
    news = [];
    reader = new ProgramReader({
      stacks: {
        program: (_name, values) => {
          const answer = Promise.withResolvers<ProgramInfo>();
          asked.push({ values, answer });
          return answer.promise;
        },
      },
      monotonic: () => clock.monotonic(),
      onNews: (key) => void news.push(key),
    });
  });

  it("are not known at first, asked for once, and known after the plan was woken", async () => {
    expect(read()).toBeUndefined();
    expect(read()).toBeUndefined();
    expect(asked.length).toBe(1);
    asked[0]?.answer.resolve(info("one"));
    await turn();
    expect(news).toEqual(["ns/shop"]);
    expect(read()).toEqual(info("one"));
    expect(asked.length).toBe(1);
  });

  it("stay known while they are asked for again, and wake nobody when nothing has changed", async () => {
    read();
    asked[0]?.answer.resolve(info("one"));
    await turn();
    clock.advance(seconds(6));
    expect(read()).toEqual(info("one"));
    expect(asked.length).toBe(2);
    asked[1]?.answer.resolve(info("one"));
    await turn();
    expect(news.length).toBe(1);
    clock.advance(seconds(6));
    read();
    asked[2]?.answer.resolve(info("two"));
    await turn();
    expect(news.length).toBe(2);
    expect(read()).toEqual(info("two"));
  });

  it("are others for other values", () => {
    read({ port: 1 });
    read({ port: 2 });
    expect(asked.map((a) => a.values)).toEqual([{ port: 1 }, { port: 2 }]);
  });

  it("that could not be asked for make one pass fail, and are asked for anew", async () => {
    read();
    asked[0]?.answer.reject(new Error("broken pool"));
    await turn();
    expect(news).toEqual(["ns/shop"]);
    expect(() => read()).toThrow("broken pool");
    expect(read()).toBeUndefined();
    expect(asked.length).toBe(2);
  });
});
