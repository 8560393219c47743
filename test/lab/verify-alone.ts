import type { CheckResult } from "../../src/api/verification.ts";
import { type Duration, seconds } from "../../src/base/duration.ts";
import type { ObjectRef } from "../../src/kube/kube-object.ts";
import { waitUntil } from "../cluster/lib/wait.ts";
import { KIND } from "./kinds.ts";
import type { Objects } from "./objects.ts";

/** A result without what the judge remembers, for people. */
export const told = ({ memory: _, ...result }: CheckResult): Omit<CheckResult, "memory"> => result;

/** Makes a Verification of no release and waits for its end. @throws ClusterError with the results so far */
export async function verifyAlone(
  objects: Objects,
  ref: ObjectRef & { readonly namespace: string },
  spec: Readonly<Record<string, unknown>>,
  deadline: Duration,
): Promise<readonly CheckResult[]> {
  await objects.create({
    apiVersion: "bascule.dev/v1alpha1",
    kind: "Verification",
    metadata: ref,
    spec,
  });
  let results: readonly CheckResult[] = [];
  const ended = async (): Promise<boolean> => {
    const { status } = await objects.get(KIND.verification, ref);
    results = status?.results ?? [];
    return status?.finishedAt !== undefined;
  };
  const explain = (): string => JSON.stringify(results.map(told), undefined, 2);
  const wait = { deadline, every: seconds(0.5), explain };
  await waitUntil(`the verification ${ref.name} ends`, ended, wait);
  return results;
}
