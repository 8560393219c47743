/** States of stacks in Secrets of a real API server. */

import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { KubeClient } from "../../../src/kube/client.ts";
import { NAMESPACES } from "../../../src/kube/namespace.ts";
import { SECRETS, type Secret } from "../../../src/kube/secret.ts";
import { SecretStates } from "../../../src/stacks/state/secret-states.ts";
import { ANNOTATION, headName } from "../../../src/stacks/state/state-head.ts";
import { formerOf, selectorOf } from "../../../src/stacks/state/state-secret.ts";
import { systemClock } from "../../../src/telemetry/system-clock.ts";
import { ClusterBench, must } from "../kube/bench.ts";

const bench = new ClusterBench();
let count = 0;
/** A stack of its own for each test; its plan's namespace is that of the bench. */
const newStack = (): string => `${bench.namespace}.shop-${++count}.blue`;
const statesOf = (identity: string, client: KubeClient = bench.client): SecretStates =>
  new SecretStates({ client, namespace: bench.namespace, identity, now: systemClock.now });
const states = statesOf("one");

beforeAll(() => bench.start());
afterAll(() => bench.stop());

const ref = (stack: string) => ({ namespace: bench.namespace, name: headName(stack) });
const secret = async (stack: string): Promise<Secret> => must(await bench.client.get(SECRETS, ref(stack)));
const partsOf = async (stack: string): Promise<number> => {
  const selection = { namespace: bench.namespace, labelSelector: selectorOf("part", stack) };
  return must(await bench.client.list(SECRETS, selection)).items.length;
};
const text = (n: number): Buffer => Buffer.from(`{"n":${n}}`);
const large = (): Buffer => Buffer.from(JSON.stringify(randomBytes(1_000_000).toString("hex")));
const failure = async (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => "nothing was refused",
    (error: unknown) => error,
  );

/** One whole operation that leaves `checkpoint`. */
async function operate(stack: string, checkpoint: Buffer): Promise<void> {
  const session = await states.open(stack);
  await session.store(checkpoint);
  await session.end({ checkpoint, clean: true });
}

describe("a state in Secrets", () => {
  it("comes back as it was stored, with the former ones beside it", async () => {
    const stack = newStack();
    const first = await states.open(stack);
    expect(first).toMatchObject({ checkpoint: undefined, interrupted: false });
    await first.end({ checkpoint: text(1), clean: true });
    for (const n of [2, 3, 4, 5]) await operate(stack, text(n));
    expect(await states.read(stack)).toEqual(text(5));
    const again = await states.open(stack);
    expect(again.checkpoint).toEqual(text(5));
    expect(again.interrupted).toBe(false);
    await again.end({ checkpoint: text(5), clean: true });
    expect(formerOf(await secret(stack))).toHaveLength(3);
  });

  it("that is too large for one Secret is split, and nothing of it is left behind", async () => {
    const stack = newStack();
    const [one, two] = [large(), large()];
    await operate(stack, one);
    expect(await partsOf(stack)).toBeGreaterThan(1);
    expect((await states.read(stack))?.equals(one)).toBe(true);
    await operate(stack, two);
    expect((await states.read(stack))?.equals(two)).toBe(true);
    await operate(stack, text(1));
    expect(await partsOf(stack)).toBe(0);
    expect(await states.read(stack)).toEqual(text(1));
  });

  it("is refused to one who comes late, and keeps what his successor wrote", async () => {
    const stack = newStack();
    await operate(stack, text(1));
    const late = await states.open(stack);
    await late.store(text(2));
    const next = await statesOf("two").open(stack);
    expect(next.checkpoint).toEqual(text(2));
    expect(next.interrupted).toBe(true);
    for (const write of [
      () => late.store(text(3)),
      () => late.end({ checkpoint: text(3), clean: true }),
      () => late.remove(),
    ])
      expect(await failure(write())).toMatchObject({
        class: "locked",
        message: expect.stringContaining("two/"),
      });
    await next.end({ checkpoint: text(4), clean: true });
    expect(await failure(late.store(text(3)))).toMatchObject({ class: "locked" });
    expect(await states.read(stack)).toEqual(text(4));
  });

  it("stays marked when its operation dies, until one ends well", async () => {
    const stack = newStack();
    await operate(stack, text(1));
    await states.open(stack);
    const second = await states.open(stack);
    expect(second).toMatchObject({ interrupted: true, checkpoint: text(1) });
    await second.end({ checkpoint: text(2), clean: false });
    const third = await states.open(stack);
    expect(third).toMatchObject({ interrupted: true, checkpoint: text(2) });
    await third.end({ checkpoint: text(2), clean: true });
    expect((await states.open(stack)).interrupted).toBe(false);
  });

  it("does not mind a label that somebody sets in between", async () => {
    const stack = newStack();
    const session = await states.open(stack);
    must(await bench.client.mergePatch(SECRETS, ref(stack), { metadata: { labels: { team: "shop" } } }));
    await session.store(text(1));
    expect((await secret(stack)).metadata.labels?.team).toBe("shop");
  });

  it("of which a part is gone, or that was altered, is refused with a remedy", async () => {
    const stack = newStack();
    await operate(stack, large());
    const selection = { namespace: bench.namespace, labelSelector: selectorOf("part", stack) };
    const [part] = must(await bench.client.list(SECRETS, selection)).items;
    await bench.client.delete(SECRETS, { namespace: bench.namespace, name: part?.metadata.name ?? "" });
    const remedy = {
      class: "invalid",
      message: expect.stringMatching(/part of the checkpoint is missing.*bascule stacks adopt/),
    };
    expect(await failure(states.open(stack))).toMatchObject(remedy);
    expect(await failure(states.read(stack))).toMatchObject(remedy);
    const other = newStack();
    await operate(other, text(1));
    const metadata = { annotations: { [ANNOTATION]: "{}" } };
    must(await bench.client.mergePatch(SECRETS, ref(other), { metadata }));
    expect(await failure(states.open(other))).toMatchObject({ class: "invalid" });
  });

  it("goes with its stack, parts included", async () => {
    const stack = newStack();
    await operate(stack, large());
    await (await states.open(stack)).remove();
    expect(await bench.client.get(SECRETS, ref(stack))).toMatchObject({
      ok: false,
      error: { kind: "notFound" },
    });
    expect(await partsOf(stack)).toBe(0);
  });

  it("of a namespace that was made anew does not count", async () => {
    const namespace = `${bench.namespace}-again`;
    const stack = `${namespace}.shop.blue`;
    const make = async () =>
      must(
        await bench.client.create(NAMESPACES, {
          apiVersion: "v1",
          kind: "Namespace",
          metadata: { name: namespace },
        }),
      );
    await make();
    await operate(stack, text(1));
    // As if it were another one; to wait for the end of a namespace takes long.
    const { metadata } = await secret(stack);
    const head = JSON.parse(metadata.annotations?.[ANNOTATION] ?? "") as object;
    const annotations = { [ANNOTATION]: JSON.stringify({ ...head, namespaceUid: "of-the-former-one" }) };
    must(await bench.client.mergePatch(SECRETS, ref(stack), { metadata: { annotations } }));
    const session = await states.open(stack);
    expect(session).toMatchObject({ checkpoint: undefined, interrupted: false });
    const died = await states.open(stack);
    expect(died).toMatchObject({ checkpoint: undefined, interrupted: false });
    await bench.client.delete(NAMESPACES, { name: namespace });
  });
});
