import { afterEach, beforeEach, expect, it } from "vitest";
import { ManualClock } from "../../test/support/manual-clock.ts";
import { RudeCollection, type TestObject } from "../../test/support/rude-collection.ts";
import { RudeServer } from "../../test/support/rude-server.ts";
import { connect } from "../../test/support/short-connection.ts";
import { seconds } from "../base/duration.ts";
import type { KubeClient } from "../kube/client.ts";
import { LEASES } from "../kube/lease-record.ts";
import type { ResourceType } from "../kube/resources.ts";
import { kubeLeases } from "./kube-lease.ts";
import type { StackLease } from "./lease.ts";

let clock: ManualClock;
let server: RudeServer;
let client: KubeClient;

beforeEach(async () => {
  clock = new ManualClock();
  server = await RudeServer.start();
  new RudeCollection(server, LEASES as ResourceType<TestObject>);
  client = connect(server, { clock });
});
afterEach(async () => {
  await client.transport.close();
  await server.stop();
});

async function acquire(fence?: {
  remaining: ReturnType<typeof seconds>;
  closed: AbortSignal;
}): Promise<StackLease> {
  const leases = kubeLeases({
    ...{ client, clock, namespace: "ns", identity: "me" },
    ...(fence === undefined ? {} : { fence }),
  });
  const asked = leases("shop.shop.blue", seconds(10), new AbortController().signal);
  let lease: Awaited<typeof asked> | undefined;
  void asked.then((answer) => (lease = answer));
  while (lease === undefined) {
    clock.advance(seconds(0.05));
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  if ("holder" in lease) throw new Error(`held by ${lease.holder}`);
  return lease;
}

it("a stack's Lease is relied on for as long as it is held", async () => {
  const lease = await acquire();
  expect(lease.remaining).toBeGreaterThan(9_000);
  expect(lease.lost.aborted).toBe(false);
  await lease.release();
  expect(lease.remaining).toBe(0);
});

it("behind a fence a stack's Lease is relied on no longer than writes may leave, and is lost with it", async () => {
  const end = new AbortController();
  const fence = { remaining: seconds(3), closed: end.signal };
  const lease = await acquire(fence);
  expect(lease.remaining).toBe(3_000);
  fence.remaining = seconds(0);
  expect(lease.remaining).toBe(0);
  expect(lease.lost.aborted).toBe(false);
  end.abort();
  expect(lease.lost.aborted).toBe(true);
  await lease.release();
});
