import { describe, expect, it } from "vitest";
import { exportOf, importOf, readCheckpoint } from "./checkpoint.ts";

const STACK = "team.shop.blue";
const urn = (type: string, name: string, stack = STACK): string =>
  `urn:pulumi:${stack}::bascule::${type}::${name}`;
const deployment = {
  manifest: { time: "2026-01-01T00:00:00Z", magic: "m", version: "v3.250.0" },
  secrets_providers: { type: "passphrase", state: { salt: "v1:salt:check" } },
  resources: [
    {
      urn: urn("kubernetes:core/v1:Secret", "shop"),
      type: "kubernetes:core/v1:Secret",
      inputs: { data: { "4dabf18193072939515e22adb298388d": "1b47…", ciphertext: "v1:abc" } },
    },
  ],
};
const exported = (change: object = {}): string =>
  JSON.stringify({ version: 3, deployment: { ...deployment, ...change } });

describe("a checkpoint", () => {
  it("goes out as Pulumi's own export and comes back as it was", () => {
    const file = importOf(STACK, exported());
    if (!file.ok) throw new Error(file.error);
    const read = readCheckpoint(file.value);
    if (!read.ok) throw new Error(read.error);
    expect(read.value.checkpoint.stack).toBe("organization/bascule/team.shop.blue");
    expect(exportOf(read.value)).toEqual({ version: 3, deployment });
  });

  it("of a stack that holds nothing yet is exported as an empty one", () => {
    const read = readCheckpoint(Buffer.from('{"version":3,"checkpoint":{"stack":"s"}}'));
    expect(read.ok && exportOf(read.value)).toEqual({ version: 3, deployment: { resources: [] } });
  });

  it.each([
    ["", "it is not JSON"],
    [exported().slice(0, 200), "it is not JSON"],
    ['{"version":3}', "checkpoint:"],
    ['{"version":3,"checkpoint":{"stack":"s","latest":{"resources":{}}}}', "checkpoint.latest.resources"],
  ])("that is not whole is told apart: %#", (text, why) => {
    const read = readCheckpoint(Buffer.from(text));
    expect(read.ok ? "" : read.error).toContain(why);
  });
});

describe("an import is refused", () => {
  const refusal = (text: string): string => {
    const read = importOf(STACK, text);
    return read.ok ? "" : read.error;
  };

  it("when it is of another stack", () => {
    const resources = [{ urn: urn("t", "shop", "team.shop.green"), type: "t" }];
    expect(refusal(exported({ resources }))).toMatch(/team\.shop\.green.* is not of stack team\.shop\.blue/);
  });

  it("when its secrets are in plain text, or could be", () => {
    expect(refusal(exported({ secrets_providers: undefined }))).toContain("without --show-secrets");
    const plain = { data: { "4dabf18193072939515e22adb298388d": "1b47…", plaintext: '"hunter2"' } };
    const resources = [{ ...deployment.resources[0], inputs: plain }];
    expect(refusal(exported({ resources }))).toContain("without --show-secrets");
    expect(refusal(exported({ resources }))).not.toContain("hunter2");
  });

  it("when it is of another version, or no deployment at all", () => {
    expect(refusal(JSON.stringify({ version: 4, deployment }))).toContain("version is 4");
    expect(refusal("[]")).not.toBe("");
    expect(refusal(JSON.stringify({ version: 3 }))).toContain("deployment");
  });
});
