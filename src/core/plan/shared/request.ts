import type { FrozenRelease } from "../../../api/frozen.ts";
import { readDuration } from "../../../base/duration.ts";
import { digestOf } from "../../../base/json.ts";
import type { SlotRequestInput } from "../entry.ts";
import { stackName } from "../names.ts";
import type { StackRequest } from "../stack.ts";

/** Digest of what a shared part is made from. The same one, once applied, needs no operation. */
export const sharedDigest = (frozen: Pick<FrozenRelease, "program" | "programDigest" | "values">): string =>
  digestOf({ program: frozen.program, programDigest: frozen.programDigest, values: frozen.values ?? {} });

/** The request that brings the shared part to where a release wants it, or stops before it takes anything away. */
export function sharedRequest(run: SlotRequestInput, approved?: string): StackRequest {
  const { frozen, namespace, plan } = run;
  return {
    key: `${run.uid}/shared/${run.attempt}`,
    stack: stackName(namespace, plan, "shared"),
    operation: "apply",
    task: {
      kind: "shared",
      program: frozen.program,
      digest: frozen.programDigest,
      input: { namespace, plan, values: frozen.values ?? {} },
      ...(approved === undefined ? {} : { approved }),
    },
    serviceAccount: { namespace, name: frozen.serviceAccountName },
    deadline: readDuration(frozen.timing.progress),
  };
}
