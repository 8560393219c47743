import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { milliseconds } from "../base/duration.ts";
import type { InspectResult } from "./messages.ts";
import { type InfoPool, ProgramInfos } from "./program-infos.ts";
import { WorkerGone } from "./worker-process.ts";

const FOLDERS = [join(import.meta.dirname, "../../stacks")];
const PORTS = [{ name: "http", port: 8080 }];

/** A pool of one worker that answers the n-th question with the n-th of these; without one it never does. */
function poolOf(...answers: readonly (InspectResult | Error)[]) {
  let asked = 0;
  const pool: InfoPool & { asked(): number; released: number } = {
    released: 0,
    asked: () => asked,
    async acquire() {
      let gone: (error: Error) => void = () => {};
      return {
        inspect() {
          const answer = answers[asked++];
          if (answer instanceof Error) return Promise.reject(answer);
          if (answer !== undefined) return Promise.resolve(answer);
          return new Promise((_, reject) => {
            gone = reject;
          });
        },
        async kill() {
          gone(new WorkerGone("it was killed", false));
        },
      };
    },
    release() {
      this.released++;
    },
  };
  return pool;
}

describe("what is known of a program", () => {
  it("is asked for once for the same values", async () => {
    const pool = poolOf({ ok: true, ports: PORTS, shared: false });
    const infos = new ProgramInfos(pool, FOLDERS);
    expect(await infos.read("web-service", {})).toMatchObject({ ok: true, ports: PORTS });
    expect(await infos.read("web-service", {})).toMatchObject({ ok: true });
    expect([pool.asked(), pool.released]).toEqual([1, 1]);
  });

  it("is final where the program itself refuses, and where there is none", async () => {
    const infos = new ProgramInfos(poolOf({ ok: false, message: "stack.values.port: no" }), FOLDERS);
    expect(await infos.read("web-service", { port: 0 })).toEqual({
      ok: false,
      message: "stack.values.port: no",
    });
    expect(await infos.read("nowhere", {})).not.toHaveProperty("retry");
  });

  it("may be asked for again where no worker answered in time, and then comes", async () => {
    const pool = poolOf();
    const infos = new ProgramInfos(pool, FOLDERS, milliseconds(20));
    expect(await infos.read("web-service", {})).toEqual({
      ok: false,
      message: "program web-service did not load within 0.02 s",
      retry: true,
    });
    expect(pool.released).toBe(1);
  });

  it("may be asked for again where a worker died, and is not remembered", async () => {
    const pool = poolOf(new WorkerGone("it ended with SIGKILL", false), {
      ok: true,
      ports: PORTS,
      shared: true,
    });
    const infos = new ProgramInfos(pool, FOLDERS);
    expect(await infos.read("web-service", {})).toMatchObject({ ok: false, retry: true });
    expect(await infos.read("web-service", {})).toMatchObject({ ok: true });
  });

  it("may be asked for again where no worker was free in time", async () => {
    const pool: InfoPool = {
      acquire: (_source, { signal = new AbortController().signal }) =>
        new Promise((_, reject) => {
          signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
        }),
      release: () => {},
    };
    const answer = await new ProgramInfos(pool, FOLDERS, milliseconds(20)).read("web-service", {});
    expect(answer).toMatchObject({
      ok: false,
      retry: true,
      message: expect.stringContaining("did not load"),
    });
  });
});
