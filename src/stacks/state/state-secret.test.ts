import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { Secret } from "../../kube/secret.ts";
import { ANNOTATION, digestOf, emptyHead, headName, readHead, type StateHead } from "./state-head.ts";
import { formerOf, inlineOf, pack, readFormer, renderHead, renderPart, unpack } from "./state-secret.ts";

const STACK = "team.shop.blue";
const headOf = (checkpoint: Buffer, generation: number, parts: readonly string[] = []): StateHead => ({
  ...emptyHead(STACK),
  generation,
  digest: digestOf(checkpoint),
  bytes: checkpoint.length,
  parts: [...parts],
  at: "2026-01-01T00:00:00Z",
});
const packed = async (checkpoint: Buffer) => {
  const result = await pack(STACK, checkpoint);
  if (!result.ok) throw new Error(result.error);
  return result.value;
};
const MIB = 1024 * 1024;

describe("a stored state", () => {
  it("is compressed into one Secret, whose annotation says what it holds", async () => {
    const checkpoint = Buffer.from(JSON.stringify({ text: "x".repeat(50_000) }));
    const { inline, parts } = await packed(checkpoint);
    const head = headOf(checkpoint, 1);
    const secret = renderHead("system", undefined, { head, inline });
    expect(parts).toEqual([]);
    expect(JSON.stringify(secret).length).toBeLessThan(2_000);
    expect(secret).toMatchObject({
      type: "bascule.dev/stack-state",
      metadata: { name: headName(STACK), namespace: "system" },
    });
    expect(readHead(secret.metadata.annotations?.[ANNOTATION], STACK)).toEqual({ ok: true, value: head });
    expect(await unpack(head, [inlineOf(secret)])).toEqual({ ok: true, value: checkpoint });
  });

  it("carries none of the labels by which a plan's objects are removed", async () => {
    const checkpoint = Buffer.from("{}");
    const { inline } = await packed(checkpoint);
    const { metadata } = renderHead("system", undefined, { head: headOf(checkpoint, 1), inline });
    expect(Object.keys(metadata.labels ?? {}).sort()).toEqual([
      "app.kubernetes.io/managed-by",
      "bascule.dev/state",
      "bascule.dev/state-of",
    ]);
  });

  it("is split when it is large, and each piece fits into a Secret", async () => {
    const checkpoint = Buffer.from(randomBytes(MIB).toString("hex"));
    const { inline, parts } = await packed(checkpoint);
    expect(inline).toBeUndefined();
    expect(parts.length).toBeGreaterThan(1);
    for (const part of parts) expect(part.bytes.length).toBeLessThan(MIB);
    const names = parts.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(renderPart("system", STACK, parts[0] as (typeof parts)[0])).toMatchObject({ immutable: true });
    const head = headOf(checkpoint, 1, names);
    const bytes = parts.map((part) => part.bytes);
    const whole = await unpack(head, bytes);
    expect(whole.ok && whole.value.equals(checkpoint)).toBe(true);
    expect(await unpack(head, [bytes[0], undefined])).toMatchObject({ ok: false });
    expect(await unpack(head, [...bytes].reverse())).toMatchObject({ ok: false });
  });

  it("that is too large is refused with its size and a remedy", async () => {
    const result = await pack(STACK, randomBytes(9 * MIB));
    expect(result.ok ? "" : result.error).toMatch(/state of stack team\.shop\.blue has \d+ bytes.*--backend/);
  });

  it("that was altered is not taken for the one that was stored", async () => {
    const [checkpoint, other] = [Buffer.from('{"a":1}'), Buffer.from('{"a":2}')];
    const { inline } = await packed(other);
    expect(await unpack(headOf(checkpoint, 1), [inline])).toMatchObject({
      ok: false,
      error: expect.stringContaining("digest"),
    });
    expect(await unpack(headOf(checkpoint, 1), [Buffer.from("junk")])).toMatchObject({ ok: false });
  });
});

describe("former checkpoints", () => {
  async function grow(sizes: readonly number[]): Promise<Secret> {
    let secret: Secret | undefined;
    let former: { generation: number; packed: Buffer } | undefined;
    for (const [n, size] of sizes.entries()) {
      const checkpoint = Buffer.from(`${n}:${randomBytes(size / 2).toString("hex")}`);
      const { inline } = await packed(checkpoint);
      secret = renderHead("system", secret, {
        head: headOf(checkpoint, n),
        inline,
        ...(former ? { former } : {}),
      });
      former = inline && { generation: n, packed: inline };
    }
    return secret as Secret;
  }

  it("are kept, the newest three", async () => {
    const secret = await grow([100, 100, 100, 100, 100, 100]);
    expect(formerOf(secret)).toEqual([4, 3, 2]);
    expect((await readFormer(secret, 4))?.toString()).toMatch(/^4:/);
    expect(await readFormer(secret, 1)).toBeUndefined();
  });

  it("give way when there is no room for them", async () => {
    const secret = await grow([340_000, 340_000, 340_000, 340_000]);
    expect(formerOf(secret)).toEqual([2]);
    const bytes = Object.values(secret.data ?? {}).reduce(
      (sum, text) => sum + Buffer.byteLength(text, "base64"),
      0,
    );
    expect(bytes).toBeLessThanOrEqual(512 * 1024);
  });
});

describe("the head", () => {
  it.each([
    [undefined, "is missing"],
    ["{", "is not JSON"],
    ['{"version":2}', "version"],
    [JSON.stringify({ ...emptyHead(STACK), digest: "short" }), "digest"],
    [JSON.stringify(emptyHead("team.shop.green")), "is of stack team.shop.green"],
  ])("that can't be read is refused with the reason: %#", (text, why) => {
    const read = readHead(text, STACK);
    expect(read.ok ? "" : read.error).toContain(why);
  });

  it("of a newer version is read as far as it is known", () => {
    const read = readHead(JSON.stringify({ ...emptyHead(STACK), colour: "red" }), STACK);
    expect(read).toEqual({ ok: true, value: emptyHead(STACK) });
  });
});
