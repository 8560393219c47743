import { describe, expect, it } from "vitest";
import { pod } from "../../../../test/support/pod-samples.ts";
import { check as checkSchema } from "../../../api/check.ts";
import { validateCheck } from "../validate-check.ts";
import { openPortFindings, portPlan, servicePortFindings } from "./examine.ts";
import { portsIn, readPorts } from "./port-list.ts";

const spec = (ports: object) => checkSchema.parse({ name: "ports", ports }).ports as never;
const web = pod(
  {},
  {
    ports: [
      { name: "http", containerPort: 8080 },
      { containerPort: 53, protocol: "UDP" },
    ],
  },
);

describe("a list of ports", () => {
  it("holds ports and ranges, as numbers and as text", () => {
    expect([...portsIn([80, "443", "9000-9002", "{{args.x}}"])]).toEqual([80, 443, 9000, 9001, 9002]);
  });

  it.each(["0", "65536", "9-8", "1-70000", "a", "", "-1", "1-", "80,81", 1.5, -3])("refuses %s", (item) => {
    expect(readPorts(item)).toBeUndefined();
  });

  it("is refused by name where an item is neither, or where it is too long", () => {
    const problems = (ports: object) => {
      const validated = validateCheck(checkSchema.parse({ name: "ports", ports }));
      return validated.ok ? [] : validated.error.map(({ path }) => path);
    };
    expect(problems({ allow: [80], scan: ["1-1024"] })).toEqual([]);
    expect(problems({ allow: [80, "x"] })).toEqual(["ports.allow.1"]);
    expect(problems({ scan: ["1-20000"] })).toEqual(["ports.scan"]);
  });
});

describe("the plan of a scan", () => {
  it("allows what is declared, unless it is told what is allowed", () => {
    const service = [{ port: 80, targetPort: "http" }, { port: 9090 }];
    expect([...portPlan(spec({}), [web], service).allowed].sort()).toEqual([8080, 9090]);
    expect([...portPlan(spec({ allow: [1] }), [web], service).allowed]).toEqual([1]);
    expect([...portPlan(spec({ allow: [1], require: [2] }), [web], []).allowed]).toEqual([1, 2]);
  });

  it("tries declared, allowed and required ports, those asked for, and well-known ones", () => {
    const { scanned } = portPlan(spec({ allow: [1], require: [2], scan: ["34567-34568"] }), [web], []);
    for (const port of [1, 2, 8080, 34567, 34568, 22, 2375, 9229]) expect(scanned).toContain(port);
    expect(scanned).not.toContain(53_000);
    expect(new Set(scanned).size).toBe(scanned.length);
  });
});

describe("open ports", () => {
  const plan = portPlan(spec({ allow: [8080], require: [8443] }), [web], []);

  it("are findings when they are not allowed, and missing when they have to be there", () => {
    expect(openPortFindings(new Set([8080, 8443]), plan)).toEqual([]);
    expect(openPortFindings(new Set([8080, 9229]), plan)).toEqual([
      { reason: "UnexpectedPort", told: "port 9229 is open and not allowed" },
      { reason: "MissingPort", told: "port 8443 has to be open and is not" },
    ]);
  });

  it("of a Service may have another number than their target, but not another target, nor be on every node", () => {
    const told = (...ports: { port: number; targetPort?: number | string; nodePort?: number }[]) =>
      servicePortFindings(ports, [web], plan).map(({ told }) => told);
    expect(told({ port: 80, targetPort: "http" }, { port: 81, targetPort: 8080 })).toEqual([]);
    expect(told({ port: 9000, targetPort: 9000 })).toEqual([
      "the Service offers port 9000, which is not allowed",
    ]);
    expect(told({ port: 9000, targetPort: "nothing" })).toHaveLength(1);
    expect(told({ port: 80, targetPort: 8080, nodePort: 30080 })).toEqual([
      "the Service opens port 30080 of every node",
    ]);
  });
});
