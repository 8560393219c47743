import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LineDecoder, LineTooLong } from "./line-decoder.ts";

const line = fc.string({ unit: "grapheme", maxLength: 40 }).map((text) => text.replaceAll("\n", " "));

describe("a line decoder", () => {
  it("finds the same lines however the bytes are cut, characters of several bytes included", () => {
    fc.assert(
      fc.property(
        fc.array(line),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
        (lines, cuts) => {
          const bytes = Buffer.from(lines.map((text) => `${text}\n`).join(""));
          const decoder = new LineDecoder();
          const found: string[] = [];
          for (let at = 0, i = 0; at < bytes.length; i++) {
            const end = at + (cuts[i % cuts.length] ?? 1);
            found.push(...decoder.push(bytes.subarray(at, end)));
            at = end;
          }
          expect(found).toEqual(lines.filter((text) => text.trim() !== ""));
          expect(decoder.partial).toBe(false);
        },
      ),
    );
  });

  it("knows that a line is not finished", () => {
    const decoder = new LineDecoder();
    expect([...decoder.push(Buffer.from('{"a":1}\n{"b"'))]).toEqual(['{"a":1}']);
    expect(decoder.partial).toBe(true);
  });

  it("refuses a line without end instead of keeping it", () => {
    const decoder = new LineDecoder(1_000);
    expect(() => {
      for (let i = 0; i < 20; i++) [...decoder.push(Buffer.alloc(100, 97))];
    }).toThrow(LineTooLong);
  });
});
