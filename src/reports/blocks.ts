/** A document as blocks, in some language and in no format: what Markdown and HTML are rendered from. */

/** How a word is meant, for those who see colours; the word itself says it too. */
export type Tone = "good" | "bad" | "warn" | "none";

export interface Cell {
  readonly text: string;
  readonly tone?: Tone;
  /** A name or a hash, to be read letter by letter. */
  readonly code?: boolean;
}

export interface Detail {
  readonly label: string;
  readonly text: string;
  /** Several lines, kept as they are. */
  readonly verbatim?: boolean;
}

export interface TableRow {
  /** The first one is the row's header. */
  readonly cells: readonly Cell[];
  /** What is too long for a cell, below the row. */
  readonly details?: readonly Detail[];
}

export type Block =
  | { readonly kind: "heading"; readonly level: 2 | 3; readonly text: string }
  | { readonly kind: "paragraph"; readonly text: string }
  /** The one thing to be read first. */
  | { readonly kind: "stamp"; readonly label: string; readonly text: string; readonly tone: Tone }
  | { readonly kind: "facts"; readonly facts: readonly (readonly [label: string, value: Cell])[] }
  | { readonly kind: "list"; readonly items: readonly string[] }
  | {
      readonly kind: "table";
      readonly caption: string;
      readonly columns: readonly string[];
      readonly rows: readonly TableRow[];
      /** Rows that people fill in by hand. */
      readonly form?: boolean;
    };

export interface Document {
  /** BCP 47 tag of the language. */
  readonly language: string;
  readonly colon: string;
  readonly title: string;
  readonly subtitle: string;
  readonly blocks: readonly Block[];
}
