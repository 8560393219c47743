/** A small strict reader of XML, for tests of what we write: it refuses whatever is not well-formed. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  readonly text: string;
}

const ATTRIBUTE = /\s+([A-Za-z_][\w.-]*)="([^"<]*)"/y;
const ENTITY = /&(#\d+|#x[0-9a-f]+|[a-z]+);/gi;
const NAMED: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
// biome-ignore lint/suspicious/noControlCharactersInRegex: XML 1.0 forbids them
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;

/** Reads a document with one root element. @throws SyntaxError */
export function readXml(document: string): XmlElement {
  if (FORBIDDEN.test(document) || !document.isWellFormed())
    throw new SyntaxError("a character that XML can't hold");
  const declaration = /^<\?xml version="1\.0" encoding="UTF-8"\?>\s*/.exec(document)?.[0] ?? "";
  const { element, end } = readElement(document, declaration.length);
  if (document.slice(end).trim() !== "") throw new SyntaxError("something follows the root element");
  return element;
}

function readElement(xml: string, from: number): { readonly element: XmlElement; readonly end: number } {
  const name = /^<([A-Za-z_][\w.-]*)/.exec(xml.slice(from, from + 200))?.[1];
  if (name === undefined) throw new SyntaxError(`no element at ${from}: ${xml.slice(from, from + 40)}`);
  let at = from + name.length + 1;
  const attributes: Record<string, string> = {};
  for (;;) {
    ATTRIBUTE.lastIndex = at;
    const found = ATTRIBUTE.exec(xml);
    if (found === null) break;
    const [all, key = "", value = ""] = found;
    if (key in attributes) throw new SyntaxError(`attribute ${key} twice`);
    attributes[key] = decode(value);
    at += all.length;
  }
  if (xml.startsWith("/>", at)) return { element: { name, attributes, children: [], text: "" }, end: at + 2 };
  if (xml[at] !== ">") throw new SyntaxError(`${name}: no end of the tag at ${at}`);
  at += 1;
  const children: XmlElement[] = [];
  let text = "";
  for (;;) {
    const next = xml.indexOf("<", at);
    if (next === -1) throw new SyntaxError(`${name} does not end`);
    text += decode(xml.slice(at, next));
    const close = `</${name}>`;
    if (xml.startsWith(close, next))
      return { element: { name, attributes, children, text }, end: next + close.length };
    const child = readElement(xml, next);
    children.push(child.element);
    at = child.end;
  }
}

function decode(text: string): string {
  if (text.replace(ENTITY, "").includes("&")) throw new SyntaxError(`a bare & in ${text}`);
  return text.replace(ENTITY, (_, entity: string) => {
    if (entity.startsWith("#x")) return String.fromCodePoint(Number.parseInt(entity.slice(2), 16));
    if (entity.startsWith("#")) return String.fromCodePoint(Number(entity.slice(1)));
    const known = NAMED[entity];
    if (known === undefined) throw new SyntaxError(`unknown entity ${entity}`);
    return known;
  });
}
