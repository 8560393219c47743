import { z } from "zod";
import { CHECK_KINDS, kindMembers, policyRules } from "./checks/kinds.ts";
import { dnsLabel, duration, exactlyOne, objectName, rules } from "./fields.ts";

/** Severity of a check: only `blocking` and `major` findings end a release; `minor` ones become reservations. */
export const SEVERITIES = ["blocking", "major", "minor"] as const;
export type Severity = (typeof SEVERITIES)[number];

/** Moments of a release at which a check can run. */
export const MOMENTS = ["beforeTraffic", "steps", "observe"] as const;
export type Moment = (typeof MOMENTS)[number];

/** What happens when a check could not decide by its deadline. */
export const ON_INCONCLUSIVE = ["hold", "revert", "reserve"] as const;
export type OnInconclusive = (typeof ON_INCONCLUSIVE)[number];

/** Members that every entry has, whatever its kind; absent ones get defaults by kind (core/gate/resolve). */
export const checkPolicy = {
  when: z.array(z.enum(MOMENTS)).min(1).max(3).optional().meta({
    "x-kubernetes-list-type": "set",
    description:
      "Moments at which the check runs. Default: functional checks at all of them, metric checks during steps and observation (a split during steps), others before traffic.",
  }),
  severity: z.enum(SEVERITIES).optional().meta({ description: "Default: blocking." }),
  advisory: z.boolean().optional().meta({
    description: "An advisory check may not stop a release; what it finds is kept as a reservation.",
  }),
  window: duration(
    "Time that the check looks at before it may pass. Default: the step's hold, at least 30s for metrics.",
  ).optional(),
  deadline: duration(
    "Time after the start of the step's verification by which the check must have concluded. Default: the step's.",
  ).optional(),
  onInconclusive: z.enum(ON_INCONCLUSIVE).optional().meta({
    description:
      "What happens when it can't conclude by then. Default: hold until the step's deadline, then revert.",
  }),
};

export const check = z
  .object({ name: dnsLabel("Name, unique in the list.", 127), ...kindMembers, ...checkPolicy })
  .meta({
    description: "One check.",
    ...rules(exactlyOne("check", [...CHECK_KINDS]), ...policyRules),
  });
export type Check = z.output<typeof check>;

/** An entry of `ReleasePlan.spec.verification`: a check of its own, or a reference to a template. */
export const verificationEntry = z
  .object({
    name: dnsLabel("Name, unique in the list."),
    ...kindMembers,
    templateRef: z
      .object({
        name: objectName("Name of the template."),
        kind: z
          .enum(["VerificationTemplate", "ClusterVerificationTemplate"])
          .default("VerificationTemplate")
          .meta({
            description:
              "Kind of the template. A VerificationTemplate that the namespace does not have is looked for among the ClusterVerificationTemplates.",
          }),
      })
      .optional()
      .meta({ description: "Reusable checks." }),
    args: z
      .record(z.string().max(63), z.string().max(2048))
      .optional()
      .meta({ description: "Arguments of the template.", maxProperties: 32 }),
    ...checkPolicy,
  })
  .meta({
    description: "One check, or the checks of a template.",
    ...rules(
      exactlyOne("verification", [...CHECK_KINDS, "templateRef"]),
      {
        rule: "!has(self.args) || has(self.templateRef)",
        message: "args: only a templateRef takes arguments",
      },
      ...policyRules,
    ),
  });
export type VerificationEntry = z.output<typeof verificationEntry>;
