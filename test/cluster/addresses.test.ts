import { isIPv4 } from "node:net";
import { expect, test } from "vitest";
import { addressesOf, CLUSTER_NAMES, readClusterName } from "./addresses.ts";

const all = CLUSTER_NAMES.map(addressesOf);

test("no two clusters share an address, a range or a device", () => {
  for (const key of ["host", "node", "podCidr", "serviceCidr", "hostDevice", "nodeDevice"] as const) {
    expect(new Set(all.map((a) => a[key])).size).toBe(CLUSTER_NAMES.length);
  }
});

test("pod ranges and service ranges of all clusters are disjoint", () => {
  const ranges = all.flatMap((a) => [a.podCidr, a.serviceCidr]);
  expect(new Set(ranges).size).toBe(2 * CLUSTER_NAMES.length);
  for (const range of ranges) expect(range).toMatch(/^10\.\d{1,3}\.0\.0\/16$/);
});

test("device names fit into the kernel's fifteen characters and addresses are valid", () => {
  for (const a of all) {
    expect(a.hostDevice.length).toBeLessThanOrEqual(15);
    expect(a.nodeDevice.length).toBeLessThanOrEqual(15);
    for (const ip of [a.host, a.node, a.apiService, a.dnsService]) expect(isIPv4(ip)).toBe(true);
  }
});

test("an unknown name is refused with the list of names", () => {
  expect(() => readClusterName("prod")).toThrow(/"prod" is no cluster name; choose one of demo, test/);
});
