import type { RightsCheck } from "../../../api/checks/rights.ts";
import type { CheckProblem } from "../selector-problems.ts";
import { outcomeKind } from "./outcome.ts";

/** Rights are compared before traffic; an addition that nobody approved fails at once. */
export const rightsRules = outcomeKind<RightsCheck>(() => "no rights beyond the live side's", {
  problems: ({ approved }) =>
    (approved?.rules ?? []).flatMap((rule, i): readonly CheckProblem[] => {
      const path = `rights.approved.rules.${i}`;
      if (!rule.verbs?.length) return [{ path, message: "approves no verb; give verbs" }];
      if (rule.nonResourceURLs?.length)
        return rule.namespace === "*"
          ? []
          : [{ path, message: 'nonResourceURLs hold in the whole cluster; set namespace: "*"' }];
      if (!rule.resources?.length || !rule.apiGroups?.length)
        return [{ path, message: 'give apiGroups ("" is the core group) and resources' }];
      return [];
    }),
});
