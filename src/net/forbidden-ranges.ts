import { BlockList } from "node:net";

export const METADATA = "a metadata service";
/** What a range is for, as people are told. */
export type RangeName = "loopback" | "unspecified" | "link-local" | "multicast" | typeof METADATA;

/**
 * Addresses that mean the controller's own host or network rather than a service: a plan's author who could make
 * the controller ask them would borrow its place in the network. Private ranges are not among them: what is
 * verified lives there.
 */
const RANGES: readonly (readonly [RangeName, readonly string[]])[] = [
  ["loopback", ["127.0.0.0/8", "::1/128"]],
  ["unspecified", ["0.0.0.0/8", "::/128"]],
  // Metadata services outside of link-local: AWS and GCP over IPv6, Azure's host, Alibaba, Oracle.
  [
    METADATA,
    [
      ...["169.254.169.254/32", "fd00:ec2::/32", "fd20:ce::254/128"],
      ...["168.63.129.16/32", "100.100.100.200/32", "192.0.0.192/32"],
    ],
  ],
  ["link-local", ["169.254.0.0/16", "fe80::/10"]],
  ["multicast", ["224.0.0.0/4", "255.255.255.255/32", "ff00::/8"]],
];

/** Reads ranges in CIDR notation. @throws RangeError naming the one that is none */
export function readRanges(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = "", length = ""] = range.split("/");
    const family = address.includes(":") ? "ipv6" : "ipv4";
    try {
      if (!/^[0-9]{1,3}$/.test(length)) throw new RangeError();
      list.addSubnet(address, Number(length), family);
    } catch {
      throw new RangeError(`"${range}" is no range of addresses; write for instance 127.0.0.0/8 or fd00::/8`);
    }
  }
  return list;
}

const LISTS = RANGES.map(([name, ranges]) => [name, readRanges(ranges)] as const);

/** The forbidden range that an address lies in. */
export const forbiddenRange = (address: string, family: "ipv4" | "ipv6"): RangeName | undefined =>
  LISTS.find(([, list]) => list.check(address, family))?.[0];
