import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Block, Document } from "./blocks.ts";
import { renderNumber, renderTime, renderWindow } from "./figures.ts";
import { renderHtml } from "./html.ts";
import { renderMarkdown } from "./markdown.ts";

const HOSTILE = [
  "<script>alert(1)</script>",
  '"><img src=x onerror=alert(1)>',
  "'; --></style><iframe src='//evil.example'>",
  "&lt;b&gt; & co",
  "| a | b |\n| --- | --- |",
  "`; rm -rf / ``` ~~~",
  "[click](javascript:alert(1)) ![x](http://evil.example/x.png) <http://evil.example>",
  "# heading\n- item\n1. item\n***\n===",
];

/** A document with a text in every place that takes one. */
function everywhere(text: string): Document {
  const cell = { text };
  const blocks: readonly Block[] = [
    { kind: "stamp", label: text, text, tone: "bad" },
    { kind: "heading", level: 2, text },
    { kind: "paragraph", text },
    { kind: "list", items: [text] },
    {
      kind: "facts",
      facts: [
        [text, cell],
        [text, { text, code: true }],
      ],
    },
    {
      kind: "table",
      caption: text,
      columns: [text, text],
      rows: [
        {
          cells: [
            { text, code: true },
            { text, tone: "good" },
          ],
          details: [
            { label: text, text },
            { label: text, text, verbatim: true },
          ],
        },
      ],
    },
  ];
  return { language: "en", colon: ":", title: text, subtitle: text, blocks };
}

/** Start tags of a document and their attributes; text between tags may hold no `<` of its own. */
const tagsOf = (html: string): readonly string[] =>
  [...html.matchAll(/<([a-z0-9]+)((?:\s+[a-z-]+="[^"<>]*")*)\s*>/g)].map(([tag]) => tag);

describe("HTML", () => {
  const shape = (text: string): readonly string[] =>
    tagsOf(renderHtml(everywhere(text))).map((tag) => tag.replace(/aria-label="[^"]*"/, ""));

  it.each(HOSTILE)("has the same elements whatever the texts are: %j", (text) => {
    expect(shape(text)).toEqual(shape("plain"));
  });

  it("has the same elements and no bare angle bracket for any text", () => {
    const plain = shape("plain");
    fc.assert(
      fc.property(fc.string({ unit: "binary", minLength: 1, maxLength: 80 }), (text) => {
        expect(shape(text)).toEqual(plain);
        const html = renderHtml(everywhere(text));
        const left = html
          .slice(html.indexOf("<body>"))
          .replace(/<\/?[a-z0-9]+(?:\s+[a-z-]+="[^"<>]*")*>/g, "");
        expect(left).not.toMatch(/[<>]/);
      }),
      { numRuns: 300 },
    );
  });

  it("loads nothing from anywhere, and forbids it", () => {
    const html = renderHtml(everywhere("plain"));
    expect(html).toContain("default-src 'none'");
    expect(html).not.toMatch(/<(?:script|link|img|iframe|object)\b|url\(|@import|https?:/);
  });

  it("names its language and the headers of its tables", () => {
    const html = renderHtml({ ...everywhere("plain"), language: "fr" });
    expect(html).toContain('<html lang="fr">');
    expect(html.match(/<th scope="col">/g)).toHaveLength(2);
    expect(html).toContain('<th scope="row">');
    expect(html).toMatch(/<caption class="heard">plain<\/caption>/);
  });
});

describe("Markdown", () => {
  it.each(HOSTILE)("keeps text as text: %j", (text) => {
    const lines = renderMarkdown(everywhere(text)).split("\n");
    const outside = withoutFences(lines);
    // A table keeps its two columns: bars of the text are escaped.
    for (const line of outside.filter((l) => l.startsWith("|")))
      expect(line.replaceAll("\\|", "").match(/\|/g)).toHaveLength(3);
    for (const line of outside.filter((l) => !l.includes("`")))
      expect(line.replace(/^(?:#{1,3} |\s*- )/, "").replaceAll("**", "")).not.toMatch(/(?<!\\)[<>[\]`*#~]/);
  });

  it("ends a quotation only where it ends, whatever is quoted", () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom("`", "```", "~~~", "\n", "a", "    ", "<b>"), { maxLength: 20 }),
        (parts) => {
          const rendered = renderMarkdown(everywhere(`x${parts.join("")}`));
          const quoted = rendered.slice(rendered.indexOf("\n\n    ```"));
          const [, fence = ""] = /^\n\n {4}(`+)\n/.exec(quoted) ?? [];
          const body = quoted.split("\n").slice(3);
          const end = body.indexOf(`    ${fence}`);
          expect(fence.length).toBeGreaterThanOrEqual(3);
          // Only the document's last line break follows.
          expect(body.slice(end + 1)).toEqual([""]);
        },
      ),
      { numRuns: 300 },
    );
  });

  /** Lines outside of quotations. */
  function withoutFences(lines: readonly string[]): readonly string[] {
    let fence: string | undefined;
    return lines.filter((line) => {
      const [found] = /^ {4}`{3,}$/.exec(line) ?? [];
      if (found !== undefined && (fence === undefined || fence === found)) {
        fence = fence === undefined ? found : undefined;
        return false;
      }
      return fence === undefined;
    });
  }
});

describe("figures", () => {
  const english = { decimalComma: false, date: (y: string, m: string, d: string) => `${y}-${m}-${d}` };
  const french = { decimalComma: true, date: (y: string, m: string, d: string) => `${d}/${m}/${y}` };

  it("are written as the language does", () => {
    expect(renderNumber(0.0123456789, english)).toBe("0.0123457");
    expect(renderNumber(0.0123456789, french)).toBe("0,0123457");
    expect(renderNumber(1_000_000, french)).toBe("1000000");
    expect(renderTime("2026-05-01T10:00:00.123Z", english)).toBe("2026-05-01 10:00:00");
    expect(renderTime("2026-05-01T10:00:00Z", french)).toBe("01/05/2026 10:00:00");
    expect(renderTime("yesterday", french)).toBe("yesterday");
  });

  it("name the day of a window's end only where it is another", () => {
    const window = (until: string) => renderWindow("2026-05-01T23:59:00Z", until, french, "à");
    expect(window("2026-05-01T23:59:30Z")).toBe("01/05/2026 23:59:00 à 23:59:30");
    expect(window("2026-05-02T00:00:30Z")).toBe("01/05/2026 23:59:00 à 02/05/2026 00:00:30");
  });
});
