import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { escapeIn } from "./promql-text.ts";
import { matches, nameOf, parseSelector, type SeriesSelector } from "./series-selector.ts";

const test = (pattern: string, text: string): boolean => new RegExp(pattern).test(text);
const read = (text: string): SeriesSelector => {
  const selector = parseSelector(text);
  if (!selector.ok) throw new Error(selector.error);
  return selector.value;
};
const series = (labels: Readonly<Record<string, string>>, name = "x") =>
  new Map(Object.entries({ __name__: name, ...labels }));
const hits = (selector: string, labels: Readonly<Record<string, string>> = {}, name = "x"): boolean =>
  matches(read(selector), series(labels, name), test);

describe("a plain selector", () => {
  it.each([
    ["x", {}, true],
    ["y", {}, false],
    ['x{a="1"}', { a: "1" }, true],
    ['x{a="1"}', { a: "2" }, false],
    ['x{a!="1"}', {}, true],
    ['x{a=""}', {}, true],
    ['x{a=~"5.."}', { a: "503" }, true],
    ['x{a=~"5.."}', { a: "5034" }, false],
    ['x{a=~"a|b"}', { a: "ab" }, false],
    ['x{a=~".+"}', {}, false],
    ['x{a=~"a.b"}', { a: "a\nb" }, true],
    ['x{a=~"(?i)get"}', { a: "GET" }, true],
    ['x{a=~"(?P<n>g)et"}', { a: "get" }, true],
    ['x{a!~"5.."}', { a: "200" }, true],
    ['x{a!~"5.."}', { a: "500" }, false],
    ["x{a=`\\d`}", { a: "\\d" }, true],
    ["x{a='it\\'s'}", { a: "it's" }, true],
    ['x{a="\\x41\\u0042\\103\\n"}', { a: "ABC\n" }, true],
    ['{__name__="x",a="1",}', { a: "1" }, true],
    ['{__name__=~"x|y"}', {}, true],
    ['x{ a = "}" , b="{,}" }', { a: "}", b: "{,}" }, true],
    ['x{a="b=\\"c\\""}', { a: 'b="c"' }, true],
    ['x{le="1"}', { le: "1.0" }, true],
    ['x{le="+Inf"}', { le: "+Inf" }, true],
    ['x{le="0.5"}', { le: "0.25" }, false],
    ['x{a="1"}', { a: "1.0" }, false],
  ])("%s on %j: %s", (selector, labels, expected) => {
    expect(hits(selector, labels)).toBe(expected);
  });

  it.each(["sum(x)", 'x{a=~"("}', "x[5m]", ""])("can't be read from %s", (text) => {
    expect(parseSelector(text)).toMatchObject({ ok: false });
  });

  it("tells the only name that it can match", () => {
    expect(nameOf(read('x_total{a="b"}'))).toBe("x_total");
    expect(nameOf(read('{__name__="x",a="b"}'))).toBe("x");
    expect(nameOf(read('{__name__=~"x.*"}'))).toBeUndefined();
  });

  it("matches a value that was written into it, whatever the value is", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary", maxLength: 30 }),
        fc.string({ maxLength: 30 }),
        (value, other) => {
          const selector = `x{a="${escapeIn('"', value)}"}`;
          expect(hits(selector, { a: value })).toBe(true);
          expect(hits(selector, { a: other })).toBe(other === value);
        },
      ),
    );
  });
});
