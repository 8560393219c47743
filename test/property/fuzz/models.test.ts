import { randomBytes } from "node:crypto";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { milliseconds, readDuration, renderDuration } from "../../../src/base/duration.ts";
import { instant, readInstant, renderInstant } from "../../../src/base/instant.ts";
import { basisPoints, readWeight, renderWeight } from "../../../src/base/weight.ts";
import { isPlainSelector } from "../../../src/core/gate/promql-text.ts";
import { parseSelector } from "../../../src/core/gate/series-selector.ts";
import { readShares } from "../../../src/core/traffic/shares.ts";
import { LineDecoder, LineTooLong } from "../../../src/kube/line-decoder.ts";
import { ExpositionReader } from "../../../src/metrics/scrape/exposition-reader.ts";
import { escapeHtml } from "../../../src/reports/html.ts";
import { xmlElement } from "../../../src/reports/xml.ts";
import { digestOf, emptyHead } from "../../../src/stacks/state/state-head.ts";
import { pack, readFormer, unpack } from "../../../src/stacks/state/state-secret.ts";
import { readXml } from "../../support/read-xml.ts";
import { runs, seed } from "../world/runs.ts";

// biome-ignore lint/suspicious/noControlCharactersInRegex: what XML has no way to write
const IMPOSSIBLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

const check = (property: fc.IRawProperty<unknown>, normal = 200): void =>
  fc.assert(property as fc.IProperty<unknown>, { numRuns: runs(normal), ...seed() });

describe("what is valid is read as it was meant", () => {
  it("durations, times and shares come back from their text", () => {
    check(
      fc.property(
        fc.nat({ max: 1_000_000 }),
        fc.nat({ max: 10_000 }),
        fc.nat({ max: 8.64e15 }),
        (s, share, at) => {
          const duration = milliseconds(s * 1_000);
          expect(readDuration(renderDuration(duration))).toBe(duration);
          expect(readWeight(renderWeight(basisPoints(share)))).toBe(share);
          expect(readInstant(renderInstant(instant(at)))).toBe(at);
        },
      ),
    );
  });

  it("lines of a watch are the same wherever the stream is cut, at every byte", () => {
    const line = fc
      .string({ unit: "grapheme", maxLength: 12 })
      .filter((text) => text.trim() !== "" && !text.includes("\n"));
    check(
      fc.property(fc.array(line, { minLength: 1, maxLength: 4 }), (lines) => {
        const bytes = Buffer.from(`${lines.join("\n")}\n`.toWellFormed());
        const meant = lines.map((text) => text.toWellFormed());
        for (let cut = 0; cut <= bytes.length; cut++) {
          const decoder = new LineDecoder();
          const read = [...decoder.push(bytes.subarray(0, cut)), ...decoder.push(bytes.subarray(cut))];
          expect(read).toEqual(meant);
          expect(decoder.partial).toBe(false);
        }
      }),
      60,
    );
    expect(() => [...new LineDecoder(10).push(Buffer.alloc(11, 97))]).toThrow(LineTooLong);
  });

  it("metrics are the same wherever their text is cut, and their labels are what was written", () => {
    const label = fc.string({ unit: "grapheme", maxLength: 8 }).map((text) => text.toWellFormed());
    const value = fc.double({ noNaN: true });
    check(
      fc.property(
        fc.array(fc.tuple(label, value), { minLength: 1, maxLength: 4 }),
        fc.nat(),
        (samples, at) => {
          const quoted = (text: string): string =>
            text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
          const told = (n: number): string => String(n).replace("Infinity", "Inf");
          const text = samples.map(([a, n], i) => `m{a="${quoted(a)}",i="${i}"} ${told(n)}\n`).join("");
          const cut = at % text.length;
          const wanted = {
            name: () => true,
            series: ({ labels }: { labels: ReadonlyMap<string, string> }) => labels,
          };
          const reader = new ExpositionReader({ byText: new Map() }, wanted);
          reader.push(text.slice(0, cut));
          reader.push(text.slice(cut));
          const read = reader.end({ isOpenMetrics: false });
          if (!read.ok) throw new Error(read.error.message);
          const found = [...read.value].map(([labels, n]) => [labels.get("a"), n]);
          expect(found).toEqual(samples.map(([a, n]) => [a, n + 0]));
        },
      ),
    );
  });

  it("selectors with blanks anywhere are the selectors without them", () => {
    const blank = fc.constantFrom("", " ", "  ", "\t");
    const matcher = fc.tuple(
      fc.constantFrom("a", "b_c"),
      fc.constantFrom("=", "!=", "=~", "!~"),
      fc.constantFrom("x", "5..", ""),
    );
    check(
      fc.property(
        fc.array(matcher, { maxLength: 3 }),
        fc.array(blank, { minLength: 20, maxLength: 20 }),
        (all, blanks) => {
          let at = 0;
          const b = (): string => blanks[at++ % blanks.length] ?? "";
          const inner = all
            .map(([name, op, value]) => `${b()}${name}${b()}${op}${b()}"${value}"${b()}`)
            .join(",");
          const text = `${b()}up${b()}{${inner}}${b()}`;
          expect(isPlainSelector(text)).toBe(true);
          const bare = `up{${all.map(([name, op, value]) => `${name}${op}"${value}"`).join(",")}}`;
          expect(parseSelector(text)).toEqual(parseSelector(bare));
          for (const not of [`${text}x`, `rate(${text})`, `${text} + 1`, `{{${inner}}`])
            expect(isPlainSelector(not)).toBe(false);
        },
      ),
    );
  });

  it("shares of any weights add up to everything or to nothing, and take no time", () => {
    const weight = fc.oneof(
      fc.nat({ max: 1_000_000 }),
      fc.constantFrom(1e300, -5, 0.5, Number.NaN, Number.POSITIVE_INFINITY),
    );
    check(
      fc.property(fc.array(weight, { maxLength: 16 }), (weights) => {
        const sum = readShares(weights).reduce((total, share) => total + share, 0);
        expect([0, 10_000]).toContain(sum);
      }),
    );
  });
});

describe("stored states", () => {
  it("come back as they were, and what was cut, changed or expands without end is told", async () => {
    const stack = "ns.shop.blue";
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 2_000 }),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        async (bytes, at, by) => {
          const checkpoint = Buffer.from(bytes);
          const packed = await pack(stack, checkpoint);
          if (!packed.ok || packed.value.inline === undefined) throw new Error("a small state fits");
          const head = { ...emptyHead(stack), digest: digestOf(checkpoint), bytes: checkpoint.length };
          const { inline } = packed.value;
          expect(await unpack(head, [inline])).toEqual({ ok: true, value: checkpoint });
          const cut = inline.subarray(0, at % inline.length);
          expect((await unpack(head, [cut])).ok).toBe(false);
          const changed = Buffer.from(inline);
          changed[at % changed.length] = (changed[at % changed.length] ?? 0) ^ by;
          const read = await unpack(head, [changed]);
          // The head of an archive has bytes that mean nothing: what comes back is whole, or is refused.
          expect(!read.ok || read.value.equals(checkpoint)).toBe(true);
        },
      ),
      { numRuns: runs(60), ...seed() },
    );
  });

  it("are never expanded beyond their bound", async () => {
    const bomb = gzipSync(Buffer.alloc(140 * 1024 * 1024));
    expect(bomb.length).toBeLessThan(200_000);
    const head = { ...emptyHead("s"), digest: digestOf(randomBytes(4)) };
    expect(await unpack(head, [bomb])).toEqual({ ok: false, error: "the checkpoint can't be decompressed" });
    const data = { "former-1.json.gz": bomb.toString("base64") };
    const secret = { apiVersion: "v1", kind: "Secret", metadata: { name: "s" }, data };
    expect(await readFormer(secret, 1)).toBeUndefined();
  });
});

describe("reports", () => {
  it("keep any text what it is, in HTML and in XML", () => {
    check(
      fc.property(fc.string({ unit: "binary", maxLength: 60 }), (text) => {
        expect(escapeHtml(text)).not.toMatch(/[<>"']|&(?!amp;|lt;|gt;|quot;|#39;)/);
        const element = xmlElement("a", { b: text });
        const { attributes } = readXml(element) as { readonly attributes: Readonly<Record<string, string>> };
        expect(attributes.b).toBe(text.replace(IMPOSSIBLE, "").toWellFormed());
      }),
    );
  });
});
