import { CREDENTIALS_FOR_CHECKS, CREDENTIALS_LABEL } from "../api/checks/access.ts";
import { isObjectName } from "../api/fields.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { KubeClient } from "../kube/client.ts";
import { SECRETS } from "../kube/secret.ts";
import { CALL, type ReadFailure } from "./candidate-cluster.ts";

/** Where the credentials are that checks use. */
export interface CredentialsStore {
  /** A value of a Secret that is meant for it; fails with `notFound`, `notMeant`, `noKey` or why it can't be read. */
  value(
    ref: { readonly namespace: string; readonly name: string; readonly key: string },
    signal: AbortSignal,
  ): Promise<Result<string, ReadFailure>>;
}

/**
 * Who may write a check may not always read Secrets, and what a check sends arrives at a program of his own. So the
 * Secret's owner says, by a label, what it is for: to be sent by checks, unless another purpose is given.
 */
export function kubeCredentialsStore(
  client: KubeClient,
  purpose: string = CREDENTIALS_FOR_CHECKS,
): CredentialsStore {
  return {
    value: async ({ namespace, name, key }, signal) => {
      // A template's name holds what its arguments and the Verification's target say.
      if (!isObjectName(name)) return err({ kind: "notMeant", message: "that is no name of a Secret" });
      const found = await client.get(SECRETS, { namespace, name }, { deadline: CALL, signal });
      if (!found.ok) return found;
      const { metadata, data } = found.value;
      if (metadata.labels?.[CREDENTIALS_LABEL] !== purpose)
        return err({
          kind: "notMeant",
          message: `give it the label ${CREDENTIALS_LABEL}: ${purpose}`,
        });
      const value = data?.[key];
      if (value === undefined) return err({ kind: "noKey", message: `it has no key ${key}` });
      return ok(Buffer.from(value, "base64").toString("utf8").trim());
    },
  };
}
