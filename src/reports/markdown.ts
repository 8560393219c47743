import { never } from "../base/never.ts";
import type { Block, Cell, Detail, Document, TableRow } from "./blocks.ts";

/** A document as GitHub-flavoured Markdown. Whatever its texts hold, they stay text. */
export function renderMarkdown(document: Document): string {
  const blocks = document.blocks.map((block) => renderBlock(block, document.colon));
  return `${[`# ${inline(document.title)}`, inline(document.subtitle), ...blocks].join("\n\n")}\n`;
}

function renderBlock(block: Block, colon: string): string {
  switch (block.kind) {
    case "heading":
      return `${"#".repeat(block.level)} ${inline(block.text)}`;
    case "paragraph":
      return inline(block.text);
    case "stamp":
      return `**${inline(block.label)}${colon} ${inline(block.text)}**`;
    case "list":
      return block.items.map((item) => `- ${inline(item)}`).join("\n");
    case "facts":
      return block.facts
        .map(([label, value]) => `- **${inline(label)}**${colon} ${renderCell(value)}`)
        .join("\n");
    case "table":
      return renderTable(block, colon);
    default:
      throw never(block, "block");
  }
}

type Table = Extract<Block, { kind: "table" }>;

/** The caption is for those who hear a table; here its heading says the same. */
function renderTable({ columns, rows }: Table, colon: string): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const table = [
    line(columns.map(inline)),
    line(columns.map(() => "---")),
    ...rows.map(({ cells }) => line(cells.map(renderCell))),
  ].join("\n");
  const details = rows
    .filter((row) => (row.details ?? []).length > 0)
    .map((row) => renderDetails(row, colon));
  return [table, ...(details.length === 0 ? [] : [details.join("\n")])].join("\n\n");
}

/** A table's cell takes one line; what has several follows the table. */
const renderDetails = ({ cells, details = [] }: TableRow, colon: string): string =>
  [
    `- ${cells[0] === undefined ? "" : renderCell(cells[0])}`,
    ...details.map((detail) => renderDetail(detail, colon)),
  ].join("\n");

function renderDetail({ label, text, verbatim }: Detail, colon: string): string {
  if (verbatim !== true) return `  - ${inline(label)}${colon} ${inline(text)}`;
  const fence = fenceFor(text, 3);
  const lines = [fence, ...text.split(/\r?\n/), fence].map((line) => `    ${line}`);
  return [`  - ${inline(label)}${colon}`, "", ...lines].join("\n");
}

function renderCell({ text, code }: Cell): string {
  if (text.trim() === "") return " ";
  if (code !== true) return inline(text);
  const flat = text.replace(/\s+/g, " ");
  const fence = fenceFor(flat, 1);
  const pad = flat.startsWith("`") || flat.endsWith("`") ? " " : "";
  // A bar ends the cell even in code, and this is its escape there.
  return `${fence}${pad}${flat.replaceAll("|", "\\|")}${pad}${fence}`;
}

/** More backticks than stand together in the text, so that it can't end its own quotation. */
function fenceFor(text: string, least: number): string {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  return "`".repeat(Math.max(least, longest + 1));
}

/** One line of text in which nothing is markup. */
const inline = (text: string): string =>
  text
    .replace(/\s+/g, " ")
    .trim()
    .replace(/[\\`*_[\]<>#|~&]/g, "\\$&")
    // What begins a list or a rule only does so at the beginning of a line.
    .replace(/^(?:[-+=]|\d{1,9}(?=[.)]))/, (start) => (/\d/.test(start) ? `${start}\\` : `\\${start}`));
