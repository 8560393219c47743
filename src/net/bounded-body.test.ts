import { describe, expect, it } from "vitest";
import { BodyTooLargeError, readBody } from "./bounded-body.ts";

describe("a bounded body", () => {
  it("is read whole up to the limit, and no part of it beyond", async () => {
    let asked = 0;
    async function* parts(): AsyncGenerator<Buffer> {
      for (const part of ["ab", "cé", "d"]) {
        asked++;
        yield Buffer.from(part);
      }
    }
    expect(await readBody(parts(), 6)).toBe("abcéd");
    asked = 0;
    await expect(readBody(parts(), 3)).rejects.toThrow(BodyTooLargeError);
    expect(asked).toBe(2);
  });
});
