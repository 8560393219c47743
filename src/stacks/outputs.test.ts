import { output, secret } from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { OutputReader } from "./outputs.ts";

async function read(result: unknown): Promise<unknown> {
  const reader = new OutputReader();
  reader.take(result);
  return reader.read();
}

describe("what a shared part tells the slots", () => {
  it("is whatever plain values it returned, also those that came later", async () => {
    const host = output(new Promise<string>((resolve) => setImmediate(() => resolve("shop-cache"))));
    expect(await read({ host, port: 6379, tls: false })).toEqual({
      host: "shop-cache",
      port: 6379,
      tls: false,
    });
    expect(await read(undefined)).toEqual({});
  });

  it.each([
    ["a secret", { password: secret("s3cr3t") }, "password is a secret"],
    ["what was made of a secret", { url: secret("s3cr3t").apply((p) => `db://${p}`) }, "url is a secret"],
    ["an object", { host: { name: "x" } }, "host must be a string, a number or a boolean"],
    ["nothing", { host: output(undefined) }, "host must be a string, a number or a boolean"],
    ["too much", { text: "x".repeat(5_000) }, "4096 are allowed"],
  ])("is refused where it is %s, and the message does not hold it", async (_what, result, message) => {
    const refused = read(result);
    await expect(refused).rejects.toMatchObject({
      class: "invalid",
      message: expect.stringContaining(message),
    });
    await expect(refused).rejects.not.toThrow("s3cr3t");
  });

  it.each([
    ["no object", ["a"], "must be an object"],
    ["a name that is no word", { "a b": 1 }, 'a member "a b"'],
    [
      "too many members",
      Object.fromEntries(Array.from({ length: 33 }, (_, n) => [`a${n}`, n])),
      "33 members",
    ],
  ])("is refused at once where it is %s", (_what, result, message) => {
    expect(() => new OutputReader().take(result)).toThrow(message);
  });
});
