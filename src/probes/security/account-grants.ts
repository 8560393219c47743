import { err, ok, type Result } from "../../base/result.ts";
import { type Account, type Binding, binds } from "../../core/gate/rights/bindings.ts";
import { EVERYWHERE, type Grant } from "../../core/gate/rights/rule.ts";
import type { ReadFailure } from "../candidate-cluster.ts";
import type { RightsCluster } from "./rights-cluster.ts";

/** An account with more bindings is no application's. */
const MOST_BINDINGS = 256;

/** What bindings give to service accounts. A binding whose role is not there gives nothing. */
export async function grantsOf(
  cluster: RightsCluster,
  bindings: readonly Binding[],
  accounts: readonly Account[],
  signal: AbortSignal,
): Promise<Result<readonly Grant[], ReadFailure>> {
  const own = bindings.filter((binding) => accounts.some((account) => binds(binding, account)));
  if (own.length > MOST_BINDINGS)
    return err({ kind: "tooLarge", message: `more than ${MOST_BINDINGS} bindings of one side` });
  const grants: Grant[] = [];
  for (const { roleRef, metadata } of own) {
    const rules = await cluster.rules(roleRef, metadata.namespace ?? "", signal);
    signal.throwIfAborted();
    if (rules.ok) {
      const namespace = metadata.namespace ?? EVERYWHERE;
      grants.push(...rules.value.map((rule) => ({ namespace, rule })));
    } else if (rules.error.kind !== "notFound") return rules;
  }
  return ok(grants);
}
