/** One line of a section: what was set up, what came out, and whether it keeps to what is promised. */
export interface Row {
  readonly section: string;
  readonly setup: string;
  readonly figures: Readonly<Record<string, string | number>>;
  /** Absent: nothing is promised for it. */
  readonly met?: boolean;
}

/** Prints rows as they come: a table for people, or a JSON object a line. */
export function printer(json: boolean): (row: Row) => void {
  let section = "";
  return (row) => {
    if (json) {
      console.log(JSON.stringify(row));
      return;
    }
    const names = Object.keys(row.figures);
    if (row.section !== section) {
      section = row.section;
      console.log(
        `\n${section}\n${["set-up".padEnd(66), ...names.map((name) => name.padStart(14))].join(" ")}`,
      );
    }
    const cells = names.map((name) => String(row.figures[name]).padStart(Math.max(14, name.length)));
    const mark = row.met === undefined ? "" : row.met ? "  ok" : "  NOT MET";
    console.log(`${row.setup.padEnd(66)} ${cells.join(" ")}${mark}`);
  };
}

export const percent = (share: number): string => `${(share * 100).toFixed(share < 0.1 ? 2 : 1)} %`;

/** Nearest-rank quantile of the runs that detected; the others count as never. */
export function quantileText(times: readonly number[], runs: number, part: number): string {
  const sorted = times.toSorted((a, b) => a - b);
  const value = sorted[Math.ceil(part * runs) - 1];
  return value === undefined ? "never" : `${value} s`;
}
