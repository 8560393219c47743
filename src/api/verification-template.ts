import { z } from "zod";
import { check } from "./check.ts";
import { CHECK_KINDS, policyRules } from "./checks/kinds.ts";
import { exactlyOne, rules, text } from "./fields.ts";
import type { KubeObject } from "./object.ts";

/** A check of a template: it may depend on arguments being given. */
export const templateCheck = check
  .extend({
    onlyWith: z.array(text("Name of an argument.", 63)).max(32).optional().meta({
      description: "Arguments without which the check is left out: each must have a value that is not empty.",
    }),
  })
  .meta({
    description: "One check of a template.",
    ...rules(exactlyOne("check", [...CHECK_KINDS]), ...policyRules),
  });
export type TemplateCheck = z.output<typeof templateCheck>;

export const verificationTemplateSpec = z
  .object({
    description: text("What it verifies.", 2048).optional(),
    args: z
      .array(
        z.object({
          name: z
            .string()
            .min(1)
            .max(63)
            .regex(/^[a-zA-Z][a-zA-Z0-9]*$/)
            .meta({ description: "Name, used as {{args.name}} in strings of the checks." }),
          description: text("What it means.", 1024).optional(),
          default: text("Value when none is given; without it the argument is required.", 2048).optional(),
        }),
      )
      .max(32)
      .optional()
      .meta({
        description: "Arguments.",
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["name"],
      }),
    checks: z
      .array(templateCheck)
      .min(1)
      .max(20)
      .meta({
        description:
          "Checks. Strings may hold {{args.NAME}}, {{target.service}}, {{target.baselineService}}, {{target.namespace}}, {{target.plan}}, {{target.slot}}, {{target.release}} and {{target.version}}.",
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["name"],
      }),
  })
  .meta({ description: "Reusable checks with arguments." });
export type VerificationTemplateSpec = z.output<typeof verificationTemplateSpec>;

export interface VerificationTemplate extends KubeObject {
  readonly kind: "VerificationTemplate" | "ClusterVerificationTemplate";
  readonly spec: VerificationTemplateSpec;
}
