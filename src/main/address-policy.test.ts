import { describe, expect, it } from "vitest";
import { addressPolicy } from "./address-policy.ts";

const world = (...at: readonly { address: string; port: number }[]) => ({ apiServer: () => at });

describe("the controller's address policy", () => {
  it("refuses the API server by its kubeconfig's address and by what the cluster says", async () => {
    const made = await addressPolicy(
      { allowProbeRange: [] },
      "https://192.0.2.10:6443",
      world({ address: "10.96.0.1", port: 443 }),
    );
    expect(made.problemOf("192.0.2.10", 6443)).toBe("the API server's");
    expect(made.problemOf("10.96.0.1", 443)).toBe("the API server's");
    expect(made.problemOf("10.96.0.2", 443)).toBeUndefined();
  });

  it("refuses it by name too, where a range with it is allowed", async () => {
    const settings = { allowProbeRange: ["127.0.0.0/8", "::1/128"] };
    const made = await addressPolicy(settings, "https://localhost", world());
    expect(["127.0.0.1", "::1"].map((ip) => made.problemOf(ip, 443))).toContain("the API server's");
    expect(made.problemOf("127.0.0.1", 444)).toBeUndefined();
  });

  it("goes on when the name does not resolve", async () => {
    const made = await addressPolicy({ allowProbeRange: [] }, "https://nobody.invalid", world());
    expect(made.problemOf("10.0.0.1", 443)).toBeUndefined();
  });
});
