import { z } from "zod";
import { DURATION_PATTERN } from "../base/duration.ts";
import { WEIGHT_PATTERN } from "../base/weight.ts";

/** A CEL rule of a CRD. `fieldPath` makes the API server's message name the field. */
export interface CelRule {
  readonly rule: string;
  readonly message?: string;
  readonly messageExpression?: string;
  readonly fieldPath?: string;
  readonly reason?:
    | "FieldValueInvalid"
    | "FieldValueForbidden"
    | "FieldValueRequired"
    | "FieldValueDuplicate";
}

/** Members of `.meta()` that the CRD generator writes out as they are. */
export const rules = (...list: readonly CelRule[]) => ({ "x-kubernetes-validations": list });

/** The rule for an object of which exactly one of the named members must be there. */
export const exactlyOne = (what: string, members: readonly string[]): CelRule => ({
  rule: `[${members.map((m) => `has(self.${m})`).join(", ")}].filter(x, x).size() == 1`,
  message: `${what}: give exactly one of ${members.join(", ")}`,
});

const DNS_LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const DNS_SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

export const dnsLabel = (description: string, max = 63) =>
  z.string().min(1).max(max).regex(DNS_LABEL).meta({ description });
export const objectName = (description: string) =>
  z.string().min(1).max(253).regex(DNS_SUBDOMAIN).meta({ description });
/** Whether a text can be the name of an object: one part of a path and no more. */
export const isObjectName = (name: string): boolean => name.length <= 253 && DNS_SUBDOMAIN.test(name);
const PART_IN_TEMPLATE = "([-a-z0-9]|[{][{][ a-zA-Z0-9.]*[}][}])+";
/** The same in a template, where arguments may stand for parts of it. */
export const objectNameInTemplate = (description: string) =>
  z
    .string()
    .min(1)
    .max(253)
    .regex(new RegExp(`^${PART_IN_TEMPLATE}([.]${PART_IN_TEMPLATE})*$`))
    .meta({ description });
export const text = (description: string, max = 1024) => z.string().max(max).meta({ description });
export const duration = (description: string) =>
  z
    .string()
    .max(32)
    .regex(new RegExp(DURATION_PATTERN))
    .meta({ description: `${description} A duration such as 90s, 5m or 1h30m.` });
/** A duration that may also be the argument of a template; the kind's rules look at it again when that is written in. */
export const durationText = (description: string) =>
  z
    .string()
    .max(64)
    .regex(
      new RegExp(`${DURATION_PATTERN}|^[{][{] *args[.][a-zA-Z0-9]+ *[}][}]$`),
      "must be a duration such as 5s",
    )
    .meta({ description });
const SHARE_TEXT = /^([0-9]+([.][0-9]+)?%?|.*[{][{].*)$/;
/** A share as text, such as `0.02` or `2%`, or the argument of a template. */
export const shareText = (description: string) =>
  z.string().max(64).regex(SHARE_TEXT, "must be a share such as 0.02 or 2%").meta({ description });
/** RFC 3339 time as text; `core` parses it. */
export const time = (description: string) => z.string().meta({ description, format: "date-time" });
/** Integer percent or a percentage as text; emitted as int-or-string with a CEL rule. */
export const weight = (description: string) =>
  z.union([z.int(), z.string()]).meta({
    description: `${description} An integer from 0 to 100, or a percentage with up to two decimals such as "0.5%".`,
    "x-kubernetes-int-or-string": true,
    // Bounds the text, and with it the estimated cost of every rule that reads it.
    maxLength: 8,
    ...rules({
      rule: `type(self) == int ? self >= 0 && self <= 100 : string(self).matches('${WEIGHT_PATTERN.replaceAll("\\", "\\\\")}')`,
      message: 'must be an integer from 0 to 100, or a percentage such as "0.5%"',
    }),
  });
/** Free-form JSON object, kept as it is. */
export const freeObject = (description: string) =>
  z
    .record(z.string(), z.unknown())
    .meta({ description, type: "object", "x-kubernetes-preserve-unknown-fields": true });
