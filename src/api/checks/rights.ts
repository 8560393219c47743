import { z } from "zod";
import { text } from "../fields.ts";

const words = (description: string, max = 64) =>
  z.array(text("", 253)).max(max).optional().meta({ description });

const approvedRule = z
  .object({
    apiGroups: words('API groups; "" is the core group, "*" any.'),
    resources: words('Resources such as configmaps or pods/log; "*" any.'),
    verbs: words('Verbs; "*" any.'),
    resourceNames: words("Names of objects. Default: any."),
    nonResourceURLs: words("Paths that are no resources, such as /metrics."),
    namespace: text(
      'Namespace in which it holds; "*" is the whole cluster. Default: the candidate\'s own.',
      63,
    ).optional(),
  })
  .meta({ description: "A rule as in a Role, and where it holds." });

export const rightsCheck = z
  .object({
    approved: z
      .object({
        rules: z
          .array(approvedRule)
          .max(32)
          .optional()
          .meta({ description: "Rules of the service account." }),
        users: z.array(z.int().min(0)).max(32).optional().meta({
          description: "User ids that containers may run as.",
        }),
        capabilities: words("Capabilities that containers may have; privileged stands for all."),
        secrets: words("Secrets that pods may mount or read into their environment."),
      })
      .optional()
      .meta({ description: "What the candidate may have although the live side has not." }),
  })
  .meta({
    description:
      "Security check: rights, users, capabilities and Secrets of the candidate's pods that the live side's pods don't have. Where nothing is live, everything is held against what is approved.",
  });
export type RightsCheck = z.output<typeof rightsCheck>;
