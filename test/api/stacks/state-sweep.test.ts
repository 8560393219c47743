/** States of namespaces that are gone, in a real API server. */
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { hours } from "../../../src/base/duration.ts";
import { plus, renderInstant } from "../../../src/base/instant.ts";
import { err } from "../../../src/base/result.ts";
import { KubeClient } from "../../../src/kube/client.ts";
import { KubeError } from "../../../src/kube/kube-error.ts";
import type { KubeObject } from "../../../src/kube/kube-object.ts";
import { LEASES } from "../../../src/kube/lease-record.ts";
import type { ResourceType } from "../../../src/kube/resources.ts";
import { SECRETS } from "../../../src/kube/secret.ts";
import { stackLeaseName } from "../../../src/stacks/kube-lease.ts";
import { SecretStates } from "../../../src/stacks/state/secret-states.ts";
import { ANNOTATION, headName, readHead, type StateHead } from "../../../src/stacks/state/state-head.ts";
import { selectorOf } from "../../../src/stacks/state/state-secret.ts";
import { StateSweep } from "../../../src/stacks/state/state-sweep.ts";
import { systemClock } from "../../../src/telemetry/system-clock.ts";
import { ClusterBench, must } from "../kube/bench.ts";

const bench = new ClusterBench();
/** Two hours on: nobody has touched the states of these tests for long. */
const later = () => plus(systemClock.now(), hours(2));
const sweepAt = (now = later) =>
  new StateSweep({ client: bench.client, namespace: bench.namespace, now }).sweep();

beforeAll(() => bench.start());
afterAll(() => bench.stop());

let count = 0;
/** A state whose checkpoint needs parts, and a Lease as an operation leaves it. */
async function leave(namespace: string, changed: Partial<StateHead> = {}): Promise<string> {
  const stack = `${namespace}.shop-${++count}.blue`;
  const options = { client: bench.client, namespace: bench.namespace, identity: "one", now: systemClock.now };
  const session = await new SecretStates(options).open(stack);
  await session.end({ checkpoint: Buffer.from(randomBytes(600_000).toString("hex")), clean: true });
  await edit(stack, changed);
  const metadata = { namespace: bench.namespace, name: stackLeaseName(stack) };
  must(
    await bench.client.create(LEASES, {
      apiVersion: "coordination.k8s.io/v1",
      kind: "Lease",
      metadata,
      spec: { holderIdentity: "" },
    }),
  );
  return stack;
}

const ref = (stack: string) => ({ namespace: bench.namespace, name: headName(stack) });

async function edit(stack: string, changed: Partial<StateHead>): Promise<void> {
  const { metadata } = must(await bench.client.get(SECRETS, ref(stack)));
  const head = readHead(metadata.annotations?.[ANNOTATION]);
  const annotations = { [ANNOTATION]: JSON.stringify({ ...(head.ok ? head.value : {}), ...changed }) };
  must(await bench.client.mergePatch(SECRETS, ref(stack), { metadata: { annotations } }));
}

/** What is left of a stack: Secrets of its state, and its Lease. */
async function left(stack: string): Promise<number> {
  const { client, namespace } = bench;
  const head = await client.get(SECRETS, ref(stack));
  const parts = must(await client.list(SECRETS, { namespace, labelSelector: selectorOf("part", stack) }));
  const lease = await client.get(LEASES, { namespace, name: stackLeaseName(stack) });
  return (head.ok ? 1 : 0) + parts.items.length + (lease.ok ? 1 : 0);
}

test("a state goes with its parts and its Lease when its namespace is gone, or is another one now; others stay", async () => {
  const gone = await leave("bascule-never-was", { namespaceUid: "of-one-that-is-gone" });
  const anew = await leave(bench.namespace, { namespaceUid: "of-the-former-one" });
  const kept = await leave(bench.namespace);
  const unknown = await leave("bascule-never-was");
  for (const stack of [gone, anew, kept, unknown]) expect(await left(stack)).toBeGreaterThan(2);
  expect([...(await sweepAt())].sort()).toEqual([gone, anew].sort());
  expect([await left(gone), await left(anew)]).toEqual([0, 0]);
  for (const stack of [kept, unknown]) expect(await left(stack)).toBeGreaterThan(2);
  expect(await sweepAt()).toEqual([]);
});

test("what was touched within the hour stays, and so does a Lease that somebody has", async () => {
  const namespaceUid = "of-one-that-is-gone";
  const stack = await leave("bascule-never-was", { namespaceUid });
  expect(await sweepAt(systemClock.now)).toEqual([]);
  const spec = {
    holderIdentity: "somebody",
    renewTime: renderInstant(systemClock.now()).replace("Z", "000Z"),
  };
  const lease = { namespace: bench.namespace, name: stackLeaseName(stack) };
  must(await bench.client.mergePatch(LEASES, lease, { spec }));
  expect(await sweepAt()).toEqual([stack]);
  expect(await left(stack)).toBe(1);
});

test("a damaged state stays, and so does one whose namespace may not be looked at", async () => {
  const namespaceUid = "of-one-that-is-gone";
  const damaged = await leave("bascule-never-was", { bytes: -1, namespaceUid });
  expect(await sweepAt()).toEqual([]);
  const stack = await leave("bascule-never-was", { namespaceUid });
  const client = new WithoutNamespaces(bench.client.transport, { fieldManager: "bascule-test" });
  expect(await new StateSweep({ client, namespace: bench.namespace, now: later }).sweep()).toEqual([]);
  for (const one of [damaged, stack]) expect(await left(one)).toBeGreaterThan(2);
});

/** Is refused every look at a namespace, as a controller is that has rights in its own only. */
class WithoutNamespaces extends KubeClient {
  override async get<T extends KubeObject>(...[type, ref, options]: Parameters<KubeClient["get"]>) {
    if (type.kind === "Namespace") return err(new KubeError({ kind: "forbidden", message: "not allowed" }));
    return super.get<T>(type as ResourceType<T>, ref, options);
  }
}
