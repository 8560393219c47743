import { never } from "../base/never.ts";
import type { Block, Cell, Detail, Document, TableRow } from "./blocks.ts";
import { STYLE } from "./html-style.ts";

/**
 * A document as one HTML file that needs nothing else: no script, no font, no image, no address. Its policy forbids
 * to load any, so that even a mistake in escaping could not.
 */
export function renderHtml(document: Document): string {
  const { language, title, subtitle, blocks } = document;
  return `<!DOCTYPE html>
<html lang="${escapeHtml(language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(`${title} – ${subtitle}`)}</title>
<style>
${STYLE}</style>
</head>
<body>
<main>
<header>
<h1>${escapeHtml(title)}</h1>
<p class="subtitle">${escapeHtml(subtitle)}</p>
</header>
${blocks.map(renderBlock).join("\n")}
</main>
</body>
</html>
`;
}

function renderBlock(block: Block): string {
  switch (block.kind) {
    case "heading":
      return `<h${block.level}>${escapeHtml(block.text)}</h${block.level}>`;
    case "paragraph":
      return `<p>${escapeHtml(block.text)}</p>`;
    case "stamp":
      return `<p class="stamp ${block.tone}"><span>${escapeHtml(block.label)}</span> <strong>${escapeHtml(block.text)}</strong></p>`;
    case "list":
      return `<ul>\n${block.items.map((item) => `<li>${escapeHtml(item)}</li>`).join("\n")}\n</ul>`;
    case "facts":
      return `<dl>\n${block.facts.map(([label, value]) => `<div><dt>${escapeHtml(label)}</dt><dd>${renderCell(value)}</dd></div>`).join("\n")}\n</dl>`;
    case "table":
      return renderTable(block);
    default:
      throw never(block, "block");
  }
}

function renderTable({ caption, columns, rows, form }: Extract<Block, { kind: "table" }>): string {
  const name = escapeHtml(caption);
  const head = columns.map((column) => `<th scope="col">${escapeHtml(column)}</th>`).join("");
  const bodies = rows.map((row) => renderRow(row, columns.length)).join("\n");
  // What is wider than the screen scrolls; browsers let the keyboard in by themselves. The heading above says it to the eye.
  return `<section class="wide" aria-label="${name}">
<table${form === true ? ' class="form"' : ""}>
<caption class="heard">${name}</caption>
<thead><tr>${head}</tr></thead>
${bodies}
</table>
</section>`;
}

/** A row and its details are a body of their own, which no page break tears apart where it fits. */
function renderRow({ cells, details = [] }: TableRow, columns: number): string {
  const [first, ...rest] = cells;
  const header = first === undefined ? "" : `<th scope="row">${renderCell(first)}</th>`;
  const row = `<tr>${header}${rest.map((cell) => `<td>${renderCell(cell)}</td>`).join("")}</tr>`;
  if (details.length === 0) return `<tbody>${row}</tbody>`;
  const list = details.map(renderDetail).join("");
  return `<tbody>${row}\n<tr class="details"><td colspan="${columns}"><dl>${list}</dl></td></tr></tbody>`;
}

const renderDetail = ({ label, text, verbatim }: Detail): string =>
  `<div><dt>${escapeHtml(label)}</dt><dd>${verbatim === true ? `<pre>${escapeHtml(text)}</pre>` : escapeHtml(text)}</dd></div>`;

function renderCell({ text, tone, code }: Cell): string {
  const escaped = escapeHtml(text);
  if (code === true) return `<code>${escaped}</code>`;
  return tone === undefined ? escaped : `<span class="mark ${tone}">${escaped}</span>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text for content and for quoted attributes. */
export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
