import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AddressPolicy } from "./address-policy.ts";

const policy = new AddressPolicy();

describe("the address policy", () => {
  it.each([
    ["127.0.0.1", "loopback"],
    ["127.255.1.2", "loopback"],
    ["::1", "loopback"],
    ["[::1]", "loopback"],
    ["0.0.0.0", "unspecified"],
    ["0.1.2.3", "unspecified"],
    ["::", "unspecified"],
    ["169.254.10.10", "link-local"],
    ["fe80::1%eth0", "link-local"],
    ["FEBF::1", "link-local"],
    ["169.254.169.254", "a metadata service"],
    ["fd00:ec2::254", "a metadata service"],
    ["fd20:ce::254", "a metadata service"],
    ["100.100.100.200", "a metadata service"],
    ["168.63.129.16", "a metadata service"],
    ["224.0.0.1", "multicast"],
    ["239.255.255.250", "multicast"],
    ["255.255.255.255", "multicast"],
    ["ff02::1", "multicast"],
    ["::ffff:127.0.0.1", "loopback"],
    ["::ffff:7f00:1", "loopback"],
    ["::ffff:169.254.169.254", "a metadata service"],
    ["::169.254.1.1", "link-local"],
    ["::ffff:0:10.0.0.0", undefined],
    ["::ffff:0:127.0.0.1", "loopback"],
    ["64:ff9b::169.254.169.254", "a metadata service"],
    ["64:ff9b::a9fe:a9fe", "a metadata service"],
    ["64:ff9b:1::127.0.0.1", "loopback"],
    ["64:ff9b:1:a9fe:a9:fe00::", "a metadata service"],
    ["2002:7f00:1::", "loopback"],
    ["2001:0:1:2:3:4:80ff:fffe", "loopback"],
    ["shop.example.com", "no IP address"],
    ["0x7f.1", "no IP address"],
    ["2130706433", "no IP address"],
    ["", "no IP address"],
  ])("says of %s: %s", (address, problem) => {
    expect(policy.problemOf(address, 80)).toBe(problem);
  });

  it.each([
    ...["10.96.0.10", "172.16.3.4", "192.168.1.1", "93.184.216.34", "126.255.255.255", "128.0.0.1"],
    ...["fd00::7", "2001:db8::1", "64:ff9b::10.0.0.1", "64:ff9b:1::10.0.0.1", "::ffff:10.0.0.1"],
    ...["2002:a00:1::", "64:ff9b:1:a00:0:100::"],
  ])("lets %s through: what is verified lives on private addresses too", (address) => {
    expect(policy.problemOf(address, 80)).toBeUndefined();
  });

  it("knows every IPv4 address inside every form that carries it", () => {
    const octet = fc.integer({ min: 0, max: 255 });
    fc.assert(
      fc.property(fc.tuple(octet, octet, octet, octet), (octets) => {
        const plain = octets.join(".");
        const [a, b, c, d] = octets;
        const hex = `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
        const expected = policy.problemOf(plain, 1);
        for (const form of [`::ffff:${plain}`, `::ffff:${hex}`, `64:ff9b::${hex}`, `2002:${hex}::`])
          expect(policy.problemOf(form, 1)).toBe(expected);
      }),
    );
  });

  it("allows what the operator allows, in every notation, and nothing beside it", () => {
    const open = new AddressPolicy({ allow: ["127.0.0.0/8", "fe80::/64"] });
    expect(open.problemOf("127.0.0.1", 80)).toBeUndefined();
    expect(open.problemOf("::ffff:127.0.0.1", 80)).toBeUndefined();
    expect(open.problemOf("fe80::1", 80)).toBeUndefined();
    expect(open.problemOf("::1", 80)).toBe("loopback");
    expect(open.problemOf("169.254.169.254", 80)).toBe("a metadata service");
  });

  it("refuses the API server at every port, and at its own where its host is allowed otherwise", () => {
    const apiServer = () => [
      { address: "10.96.0.1", port: 443 },
      { address: "fd00::6443", port: 6443 },
    ];
    const closed = new AddressPolicy({ apiServer });
    expect(closed.problemOf("10.96.0.1", 80)).toBe("the API server's");
    expect(closed.problemOf("::ffff:10.96.0.1", 443)).toBe("the API server's");
    expect(closed.problemOf("fd00:0:0::6443", 6443)).toBe("the API server's");
    expect(closed.problemOf("10.96.0.2", 443)).toBeUndefined();
    const open = new AddressPolicy({ apiServer, allow: ["10.96.0.0/16"] });
    expect(open.problemOf("10.96.0.1", 80)).toBeUndefined();
    expect(open.problemOf("10.96.0.1", 443)).toBe("the API server's");
    expect(open.slot.problemOf("10.96.0.1", 443)).toBe("the API server's");
  });

  it("asks where the API server is at each connection, for it may move", () => {
    let at = "10.96.0.1";
    const moving = new AddressPolicy({ apiServer: () => [{ address: at, port: 443 }] });
    expect(moving.problemOf("10.96.0.9", 443)).toBeUndefined();
    at = "10.96.0.9";
    expect(moving.problemOf("10.96.0.9", 443)).toBe("the API server's");
  });

  it("lets the slot's own address be in any range but a metadata service's, which an EndpointSlice can name", () => {
    expect(policy.slot.problemOf("127.0.0.1", 8080)).toBeUndefined();
    for (const address of ["168.63.129.16", "100.100.100.200", "fd00:ec2::254", "::ffff:169.254.169.254"])
      expect(policy.slot.problemOf(address, 80)).toBe("a metadata service");
    const open = new AddressPolicy({ allow: ["100.100.100.200/32"] });
    expect(open.slot.problemOf("100.100.100.200", 80)).toBeUndefined();
    expect(policy.slot.problemOf("nobody", 8080)).toBe("no IP address");
  });

  it("refuses a range that is none, and names it", () => {
    for (const range of ["127.0.0.1", "10.0.0.0/33", "::/129", "local/8", "10.0.0.0/", "/8"])
      expect(() => new AddressPolicy({ allow: [range] })).toThrow(`"${range}" is no range`);
  });

  it("answers for any text at all", () => {
    const word = fc.string({ unit: fc.constantFrom(..."0123456789abcdef:.%[]xg"), maxLength: 45 });
    fc.assert(
      fc.property(fc.oneof(word, fc.ipV6(), fc.ipV4Extended()), (text) => {
        expect(["string", "undefined"]).toContain(typeof policy.problemOf(text, 80));
      }),
    );
  });
});
