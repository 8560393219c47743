// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape codes of colours are control characters
const COLOUR = /\u001b\[[0-9;]*m/g;

/** Columns that a text takes on the screen; colours take none. */
export const widthOf = (text: string): number => [...text.replace(COLOUR, "")].length;

/** Aligned lines of a table; the last column is not padded. Empty cells read `-`. */
export function renderTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
): readonly string[] {
  const filled = rows.map((row) =>
    header.map((_, i) => (row[i] === undefined || row[i] === "" ? "-" : row[i])),
  );
  return renderColumns([header, ...filled]);
}

/** Aligned lines without a header; empty cells stay empty. */
export function renderColumns(cells: readonly (readonly string[])[]): readonly string[] {
  // A message of several lines would tear the table apart.
  const rows = cells.map((row) => row.map((cell) => cell.replace(/\s*\n\s*/g, " ")));
  const widths: number[] = [];
  for (const row of rows)
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, widthOf(cell));
  return rows.map((row) =>
    row
      .map((cell, i) => (i === row.length - 1 ? cell : cell + " ".repeat((widths[i] ?? 0) - widthOf(cell))))
      .join("  ")
      .trimEnd(),
  );
}
