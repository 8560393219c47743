import type { z } from "zod";
import type { CelRule } from "../fields.ts";
import { releaseSpec, releaseStatus } from "../release.ts";
import { releasePlanSpec, releasePlanStatus } from "../release-plan.ts";
import { verificationSpec, verificationStatus } from "../verification.ts";
import { verificationTemplateSpec } from "../verification-template.ts";

/** A column of `kubectl get`; `wide` ones appear with `-o wide` only. */
export interface PrinterColumn {
  readonly name: string;
  readonly jsonPath: string;
  readonly type: "string" | "date" | "integer";
  readonly wide?: boolean;
}

/** Everything that a CRD and its page in the specification are generated from. */
export interface KindDefinition {
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortName: string;
  readonly scope: "Namespaced" | "Cluster";
  readonly description: string;
  /** Longest name, where names must be DNS labels because they end up in labels and in names of other objects. */
  readonly nameLimit?: number;
  readonly spec: z.ZodType;
  /** Absent for kinds that nobody reports on. */
  readonly status?: z.ZodType;
  /** Rules over spec and status together. */
  readonly rules?: readonly CelRule[];
  readonly columns: readonly PrinterColumn[];
}

const column = (name: string, jsonPath: string, wide = false): PrinterColumn => ({
  name,
  jsonPath,
  type: "string",
  ...(wide && { wide }),
});
const AGE: PrinterColumn = { name: "Age", jsonPath: ".metadata.creationTimestamp", type: "date" };
const conditionStatus = (type: string) => `.status.conditions[?(@.type=="${type}")].status`;
const conditionMessage = (type: string) => `.status.conditions[?(@.type=="${type}")].message`;

/** What may not change any more once the release has left `Pending`. */
const fixedOnceStarted = (field: string): CelRule => ({
  rule: `!has(oldSelf.status) || !has(oldSelf.status.phase) || oldSelf.status.phase == 'Pending' || (has(self.spec.${field}) == has(oldSelf.spec.${field}) && (!has(self.spec.${field}) || self.spec.${field} == oldSelf.spec.${field}))`,
  message: `${field} can't change once the release has started; create another Release`,
  fieldPath: `.spec.${field}`,
});

const releasePlan: KindDefinition = {
  kind: "ReleasePlan",
  plural: "releaseplans",
  singular: "releaseplan",
  shortName: "rp",
  scope: "Namespaced",
  description:
    "How a service is released: the stack that fills a slot, the traffic that moves, the strategy, and the checks that judge every step. It also holds the truth about the slots.",
  nameLimit: 40,
  spec: releasePlanSpec,
  status: releasePlanStatus,
  columns: [
    column("Live", ".status.liveSlot"),
    column("Active", ".status.activeRelease"),
    column("Ready", conditionStatus("Ready")),
    AGE,
    column("Message", conditionMessage("Ready"), true),
  ],
};

const release: KindDefinition = {
  kind: "Release",
  plural: "releases",
  singular: "release",
  shortName: "rel",
  scope: "Namespaced",
  description:
    "One run: a package taken into production after a plan, with its change data, the commands that people gave, and the record of what happened.",
  nameLimit: 63,
  spec: releaseSpec,
  status: releaseStatus,
  rules: [fixedOnceStarted("change"), fixedOnceStarted("schedule")],
  columns: [
    column("Plan", ".spec.planRef.name"),
    column("Version", ".spec.package.version"),
    column("Phase", ".status.phase"),
    column("Slot", ".status.slot"),
    column("Weight", ".status.weight"),
    column("Step", ".status.step"),
    column("Verdict", ".status.verdict"),
    AGE,
    column("Message", ".status.message", true),
  ],
};

const verificationTemplate: KindDefinition = {
  kind: "VerificationTemplate",
  plural: "verificationtemplates",
  singular: "verificationtemplate",
  shortName: "vt",
  scope: "Namespaced",
  description: "Checks with arguments, to be used by the plans of its namespace.",
  spec: verificationTemplateSpec,
  columns: [AGE, column("Description", ".spec.description", true)],
};

const verification: KindDefinition = {
  kind: "Verification",
  plural: "verifications",
  singular: "verification",
  shortName: "vf",
  scope: "Namespaced",
  description: "One execution of checks with its results; made by a release, or by anyone who wants to know.",
  spec: verificationSpec,
  status: verificationStatus,
  columns: [
    column("Release", ".spec.releaseRef.name"),
    column("Step", ".spec.step"),
    column("Phase", ".status.phase"),
    AGE,
  ],
};

/** The kinds of the API, in the order in which the documentation lists them. */
export const KINDS: readonly KindDefinition[] = [
  releasePlan,
  release,
  verificationTemplate,
  {
    ...verificationTemplate,
    kind: "ClusterVerificationTemplate",
    plural: "clusterverificationtemplates",
    singular: "clusterverificationtemplate",
    shortName: "cvt",
    scope: "Cluster",
    description: "Checks with arguments, to be used by the plans of every namespace.",
  },
  verification,
];
