import { z } from "zod";
import { dnsLabel, text } from "../fields.ts";

const people = (description: string) =>
  z.array(text("", 256).min(1)).min(1).max(32).optional().meta({
    description,
    "x-kubernetes-list-type": "set",
  });

export const manualCheck = z
  .object({
    question: text("What has to be looked at and answered.", 1024).min(1),
    role: dnsLabel(
      "Role whose holders may answer: those with the verb answer on answerroles.bascule.dev of this name.",
    ).optional(),
    groups: people("Groups of the cluster's authentication whose members may answer."),
    users: people("Names under which requests are made that may answer."),
  })
  .meta({
    description:
      "A person's answer, with a reason and under the person's own name, as Verification.spec.answers. Who may answer is one of role, groups and users, and has the verb answer on verifications; where none is given, everybody with that verb.",
  });
export type ManualCheck = z.output<typeof manualCheck>;

/** An answer to a manual check. Who may give it, under which name, and that it stays, is enforced at admission. */
export const answer = z
  .object({
    check: dnsLabel("Manual check that it answers.", 127),
    verdict: z.enum(["pass", "fail"]).meta({ description: "The answer." }),
    reason: text("Why.", 1024).min(1),
    by: text("Person; must be the name under which the request is made.", 256).min(1),
  })
  .meta({ description: "Answer of a person to a manual check. It stays as it was given." });
export type Answer = z.output<typeof answer>;
