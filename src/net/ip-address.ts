import { isIP } from "node:net";

/** An address as text, with its family. */
export interface IpAddress {
  readonly address: string;
  readonly family: "ipv4" | "ipv6";
}

/** Reads an address in its usual notations; brackets and a zone are taken off. Undefined for anything else. */
export function readIp(text: string): IpAddress | undefined {
  const bare = text.replace(/^\[(.*)\]$/, "$1").replace(/%.*$/, "");
  const version = isIP(bare);
  if (version === 4) return { address: bare, family: "ipv4" };
  return version === 6 ? { address: bare.toLowerCase(), family: "ipv6" } : undefined;
}

/**
 * All addresses that a packet to this one may really go to: itself, and the IPv4 addresses that it may embed, by
 * IPv4-mapped, IPv4-compatible and translated forms, NAT64 (RFC 6052, RFC 8215), 6to4 and Teredo.
 */
export function meanings(ip: IpAddress): readonly IpAddress[] {
  if (ip.family === "ipv4") return [ip];
  const words = wordsOf(ip.address);
  const at = (index: number): number => words[index] ?? 0;
  const zero = (from: number, to: number): boolean => words.slice(from, to).every((word) => word === 0);
  const last = [at(6), at(7)] as const;
  const found: (readonly [number, number])[] = [];
  if (zero(0, 5) && (at(5) === 0xffff || at(5) === 0)) found.push(last);
  if (zero(0, 4) && at(4) === 0xffff && at(5) === 0) found.push(last);
  if (at(0) === 0x64 && at(1) === 0xff9b) {
    // A network's own prefix may be shorter: after 48 bits the address goes round the byte that is always 0.
    const own = at(2) === 1;
    if (!own || at(6) !== 0 || at(7) !== 0) found.push(last);
    if (own && at(3) !== 0) found.push([at(3), ((at(4) & 0xff) << 8) | (at(5) >> 8)]);
  }
  if (at(0) === 0x2002) found.push([at(1), at(2)]);
  if (at(0) === 0x2001 && at(1) === 0) found.push([at(6) ^ 0xffff, at(7) ^ 0xffff]);
  const embedded = found.map(([high, low]): IpAddress => {
    const bytes = [high >> 8, high & 0xff, low >> 8, low & 0xff];
    return { address: bytes.join("."), family: "ipv4" };
  });
  return [ip, ...(zero(0, 7) && at(7) <= 1 ? [] : embedded)];
}

/** The same address is the same text, however it was written. */
export function canonical(ip: IpAddress): string {
  if (ip.family === "ipv4") return ip.address;
  return wordsOf(ip.address)
    .map((word) => word.toString(16))
    .join(":");
}

/** The eight words of an IPv6 address that `isIP` takes. */
function wordsOf(address: string): readonly number[] {
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address);
  const plain = dotted ? `${dotted[1]}${hex(dotted[2], dotted[3])}:${hex(dotted[4], dotted[5])}` : address;
  const [head = "", tail] = plain.split("::");
  const before = head === "" ? [] : head.split(":");
  const after = tail === undefined || tail === "" ? [] : tail.split(":");
  const middle = tail === undefined ? 0 : 8 - before.length - after.length;
  return [...before, ...Array<string>(middle).fill("0"), ...after].map((word) => Number.parseInt(word, 16));
}

const hex = (high: string | undefined, low: string | undefined): string =>
  ((Number(high) << 8) | Number(low)).toString(16);
