/** Pods of a slot: looked at, deleted, and made to seem unwell. */
import { seconds } from "../../../src/base/duration.ts";
import { waitUntil } from "../../cluster/lib/wait.ts";
import { type AnyObject, KIND } from "../../lab/kinds.ts";
import { accepted } from "../../lab/objects.ts";
import type { Bench } from "./bench.ts";
import { PLAN } from "./plan.ts";

export type Slot = "blue" | "green";
export const otherThan = (slot: Slot): Slot => (slot === "blue" ? "green" : "blue");

/** Slot of a release that has begun. */
export async function slotOf({ releases }: Bench, release: string): Promise<Slot> {
  return (await releases.get(release)).status.slot;
}

/** Pods of a slot that are not on their way out. */
export async function podsOf({ objects, namespace }: Bench, slot: Slot): Promise<readonly AnyObject[]> {
  const pods = await objects.list(KIND.pod, namespace, `bascule.dev/plan=${PLAN},bascule.dev/slot=${slot}`);
  return pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
}

/** Ready endpoints of a slot, as the observer saw them last. */
export const readyOf = ({ observer }: Bench, slot: Slot): number =>
  observer
    .log()
    .reduce((ready, s) => (s.kind === "endpoints" && s.service === `${PLAN}-${slot}` ? s.ready : ready), 0);

export async function whenReady(bench: Bench, slot: Slot, ready: (count: number) => boolean): Promise<void> {
  const is = (): boolean => ready(readyOf(bench, slot));
  const explain = (): string => `${readyOf(bench, slot)} are ready`;
  const wait = { deadline: seconds(60), every: seconds(0.05), explain };
  await waitUntil(`${slot} has as many ready pods as wanted`, is, wait);
}

/** Deletes pods as a person would, all at once, and waits until fewer are ready. */
export async function deletePods(bench: Bench, slot: Slot, pods: readonly AnyObject[]): Promise<void> {
  const before = readyOf(bench, slot);
  const { objects, namespace } = bench;
  await Promise.all(
    pods.map(({ metadata }) => objects.askToRemove(KIND.pod, { name: metadata.name, namespace })),
  );
  await whenReady(bench, slot, (ready) => ready < before);
}

/** Takes a pod's readiness away, or gives it back; it goes on answering. */
export async function setReady(bench: Bench, pod: AnyObject, ready: boolean): Promise<void> {
  const path = `/api/v1/namespaces/${bench.namespace}/pods/${pod.metadata.name}:8080/proxy/readyz`;
  const query = { ready: String(ready) };
  const answer = await bench.objects.client.transport.text({ method: "POST", path, query });
  // It answers with its new state: 503 while it is not ready.
  const done = answer.ok ? ready : !ready && answer.error.message.includes("503");
  if (!done) accepted(`set the readiness of ${pod.metadata.name}`, answer);
}
