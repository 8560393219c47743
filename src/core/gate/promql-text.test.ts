import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fillText } from "./placeholders.ts";
import { isPlainSelector } from "./promql-text.ts";

const given =
  (value: string, literal = false) =>
  () =>
    ({ kind: "value", value, literal }) as const;

describe("a plain selector", () => {
  it.each([
    "http_requests_total",
    'http_requests_total{code="500"}',
    `{__name__="x",a=~'b|c',d!="e",}`,
    "x{}",
    'x{a="quote \\" and } inside"}',
    "ns:recorded:total{a=`raw`}",
  ])("is %s", (text) => void expect(isPlainSelector(text)).toBe(true));

  it.each([
    "rate(x[1m])",
    "x[5m]",
    "x offset 5m",
    "x or y",
    "sum(x)",
    'x{a="b"} + 1',
    'x{a="b"',
    "x{a=b}",
    "",
    'x{a="b"} or y{a="c"}',
  ])("is not %s", (text) => void expect(isPlainSelector(text)).toBe(false));
});

describe("a value in PromQL", () => {
  it("is escaped in the string that it stands in", () => {
    const filled = fillText('x{a="{{args.v}}"}', "promql", given('"} or up{b="\\'));
    expect(filled).toEqual({ ok: true, value: 'x{a="\\"} or up{b=\\"\\\\"}' });
  });

  it("is taken literally in a regular expression when it is a target, and as an expression when it is an argument", () => {
    expect(fillText('x{a=~"{{t}}"}', "promql", given("1.4.0+b", true))).toEqual({
      ok: true,
      value: 'x{a=~"1\\\\.4\\\\.0\\\\+b"}',
    });
    expect(fillText('x{a=~"{{t}}"}', "promql", given("5.."))).toEqual({ ok: true, value: 'x{a=~"5.."}' });
  });

  it("must be one token outside of quotes", () => {
    for (const good of ["http_requests_total", "5m", "0.5", "job:x:rate"])
      expect(fillText("{{v}}", "promql", given(good)).ok).toBe(true);
    for (const bad of ["a b", 'x{a="b"}', "x)", "a-b", "", "1m or y", "x#"])
      expect(fillText("{{v}}", "promql", given(bad)).ok).toBe(false);
  });

  it("can't stand inside backticks with a backtick of its own", () => {
    expect(fillText("x{a=`{{v}}`}", "promql", given("b`"))).toMatchObject({ ok: false });
  });

  it("never breaks out of its string, whatever it holds", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary", maxLength: 40 }),
        fc.constantFrom('"', "'"),
        fc.boolean(),
        (value, quote, literal) => {
          const filled = fillText(`x{a=~${quote}{{v}}${quote},b="c"}`, "promql", given(value, literal));
          expect(filled.ok && isPlainSelector(filled.value)).toBe(true);
        },
      ),
    );
  });

  it("is not looked at again for placeholders", () => {
    expect(fillText("{{a}}", "text", (name) => (name === "a" ? given("{{b}}")() : given("gone")()))).toEqual({
      ok: true,
      value: "{{b}}",
    });
  });

  it("is one line in a header", () => {
    expect(fillText("{{v}}", "line", given("a\r\nX-Evil: 1"))).toMatchObject({
      ok: false,
      error: expect.stringContaining("one line"),
    });
  });
});
