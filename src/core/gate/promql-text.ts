/** Reading PromQL as text: just enough to know what is quoted and what is a plain series selector. */

export interface Quoting {
  /** The quote that is open at this place; empty outside of strings. */
  readonly quote: "" | '"' | "'" | "`";
  /** The open string belongs to `=~` or `!~`. */
  readonly regex: boolean;
}

const OUTSIDE: Quoting = { quote: "", regex: false };
const TOKEN = /^([a-zA-Z_:][a-zA-Z0-9_:]*|[0-9]+(\.[0-9]+)?|([0-9]+(ms|[smhdwy]))+)$/;

/** A single PromQL token that can't change what stands around it: a name, a number or a duration. */
export const isToken = (value: string): boolean => TOKEN.test(value);

/** Says for each position of a PromQL text whether it is inside a string. Comments count as outside. */
export function scanQuoting(text: string): (position: number) => Quoting {
  const spans: { readonly start: number; end: number; readonly quoting: Quoting }[] = [];
  let open: (typeof spans)[number] | undefined;
  for (let i = 0; i < text.length; i++) {
    const char = text[i] ?? "";
    if (open) {
      if (char === "\\" && open.quoting.quote !== "`") i += 1;
      else if (char === open.quoting.quote) {
        open.end = i;
        open = undefined;
      }
    } else if (char === "#") {
      const newline = text.indexOf("\n", i);
      i = newline < 0 ? text.length : newline;
    } else if (char === '"' || char === "'" || char === "`") {
      const regex = /[=!]~\s*$/.test(text.slice(Math.max(0, i - 32), i));
      open = { start: i, end: text.length, quoting: { quote: char, regex } };
      spans.push(open);
    }
  }
  return (position) => spans.find(({ start, end }) => position > start && position < end)?.quoting ?? OUTSIDE;
}

/** Writes a value into a string opened by `quote`; undefined where that can't be done. */
export function escapeIn(quote: '"' | "'" | "`", value: string): string | undefined {
  if (quote === "`") return value.includes("`") ? undefined : value;
  let written = "";
  for (const char of value) {
    const code = char.codePointAt(0) ?? 0;
    if (char === "\\" || char === quote) written += `\\${char}`;
    else if (char === "\n") written += "\\n";
    else if (code < 0x20 || code === 0x7f) written += `\\x${code.toString(16).padStart(2, "0")}`;
    else written += char;
  }
  return written;
}

const STRING = /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`[^`]*`/.source;
const MATCHER = `[a-zA-Z_][a-zA-Z0-9_]*\\s*(?:=~|!~|!=|=)\\s*(?:${STRING})`;
/** Of a text without blanks at its ends. No two blanks of it can match the same ones, or it would take cubic time. */
export const SELECTOR = new RegExp(
  `^(?:[a-zA-Z_:][a-zA-Z0-9_:]*\\s*)?(?:\\{\\s*(?:${MATCHER}(?:\\s*,\\s*${MATCHER})*\\s*)?(?:,\\s*)?\\})?$`,
);

/** Whether a text is a series selector without function, range, offset or operator: `name{label="value"}`. */
export const isPlainSelector = (text: string): boolean => text.trim() !== "" && SELECTOR.test(text.trim());
