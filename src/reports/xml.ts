/** The little of XML that is needed to write a document: elements, attributes, text. */

// What XML 1.0 has no way to write, escaped or not.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is taken out
const IMPOSSIBLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  // Parsers make blanks of these in attributes, and the second a line break in text.
  "\n": "&#10;",
  "\t": "&#9;",
  "\r": "&#13;",
};

const escapeXml = (text: string, which: RegExp): string =>
  text
    .replace(IMPOSSIBLE, "")
    .toWellFormed()
    .replace(which, (character) => ENTITIES[character] ?? character);

/** Text as the content of an element. */
export const xmlText = (text: string): string => escapeXml(text, /[&<>\r]/g);

/** An element; attributes without value are left out. `content` is XML. */
export function xmlElement(
  name: string,
  attributes: Readonly<Record<string, string | undefined>>,
  content: readonly string[] = [],
): string {
  const written = Object.entries(attributes)
    .map(([key, value]) => (value === undefined ? "" : ` ${key}="${escapeXml(value, /[&<>"\n\t\r]/g)}"`))
    .join("");
  return content.length === 0 ? `<${name}${written}/>` : `<${name}${written}>${content.join("")}</${name}>`;
}
