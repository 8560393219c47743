import { describe, expect, it } from "vitest";
import { instant } from "../../base/instant.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { KubeClient } from "../../kube/client.ts";
import { KubeError, type KubeErrorKind } from "../../kube/kube-error.ts";
import type { Secret } from "../../kube/secret.ts";
import { SecretStates } from "./secret-states.ts";

const STACK = "team.shop.blue";
const text = (n: number): Buffer => Buffer.from(`{"n":${n}}`);
type Reply = Promise<Result<Secret, KubeError>>;

/** Secrets of one namespace as an API server keeps them, and an answer that gets lost. */
class Store {
  readonly #secrets = new Map<string, Secret>();
  #version = 0;
  /** What becomes of the next writes, one after the other: done and not answered, not done and not answered, refused. */
  readonly trouble: ("lost" | "cut" | "refused")[] = [];
  writes = 0;

  readonly client = {
    get: async (_type: unknown, { name }: { readonly name: string }): Reply => {
      const found = this.#secrets.get(name);
      return found ? ok(found) : err(failed("notFound"));
    },
    create: (_type: unknown, secret: Secret): Reply => this.#write(secret),
    replace: async (_type: unknown, secret: Secret): Reply =>
      this.#secrets.get(secret.metadata.name)?.metadata.resourceVersion === secret.metadata.resourceVersion
        ? this.#write(secret)
        : err(failed("conflict")),
  } as unknown as KubeClient;

  async #write(secret: Secret): Reply {
    this.writes += 1;
    const trouble = this.trouble.shift();
    if (trouble === "refused") return err(failed("tooManyRequests"));
    if (trouble === "cut") return err(failed("unreachable"));
    const metadata = { ...secret.metadata, resourceVersion: String(++this.#version) };
    this.#secrets.set(secret.metadata.name, { ...secret, metadata });
    return trouble === "lost" ? err(failed("unreachable")) : ok({ ...secret, metadata });
  }
}

const failed = (kind: KubeErrorKind): KubeError => new KubeError({ kind, message: kind });

describe("an operation's hold on a state", () => {
  const openOn = async (store: Store) => {
    const now = () => instant(0);
    const states = new SecretStates({
      client: store.client,
      namespace: "bascule-system",
      identity: "one",
      now,
    });
    return { states, session: await states.open(STACK) };
  };

  it("takes its own write as done whose answer was lost, and writes no second time", async () => {
    const store = new Store();
    const { states, session } = await openOn(store);
    store.trouble.push("lost");
    await session.end({ checkpoint: text(1), clean: true });
    expect(await states.read(STACK)).toEqual(text(1));
    expect(store.writes).toBe(2);
    expect((await states.open(STACK)).interrupted).toBe(false);
  });

  it("writes again what was cut off on the way, once it is seen not to be there", async () => {
    const store = new Store();
    const { states, session } = await openOn(store);
    store.trouble.push("cut", "cut");
    await session.store(text(2));
    expect(await states.read(STACK)).toEqual(text(2));
    expect(store.writes).toBe(4);
  });

  it("does not press a server that refuses", async () => {
    const store = new Store();
    const { session } = await openOn(store);
    store.trouble.push("refused");
    await expect(session.store(text(3))).rejects.toThrow();
    expect(store.writes).toBe(2);
  });
});
