/** What an operation would do to the part that both slots share, and whether a person has to agree. */
import { MOST_SHARED_OBJECTS, type SharedChange } from "../../../api/shared.ts";
import { digestOf } from "../../../base/json.ts";
import type { StackDetail } from "../stack.ts";

type Changed = StackDetail & { readonly operation: Exclude<StackDetail["operation"], "same"> };

/** Reason of the hold in which a person is asked. */
export const NEEDS_APPROVAL = "SharedChangeNeedsApproval";

const MOST_CHANGES = 20;
const MOST_FIELDS = 10;
const MOST_NAMED = 5;
/** What takes something away comes first. */
const RANK = { delete: 0, replace: 1, update: 2, create: 3 } as const;

const isChanged = (detail: StackDetail): detail is Changed => detail.operation !== "same";
const takesAway = ({ operation }: Pick<StackDetail, "operation">): boolean =>
  operation === "delete" || operation === "replace";

/** Whether data may be lost: something is deleted or replaced. */
export const needsApproval = (details: readonly StackDetail[]): boolean => details.some(takesAway);

/** Name of a change: the same objects with the same operations and fields have the same, in whatever order they come. */
export function changeId(details: readonly StackDetail[]): string {
  const changes = details
    .filter(isChanged)
    .map(({ object, operation, fields = [] }) => [object, operation, [...fields].sort()] as const)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return digestOf(changes).slice(7, 23);
}

/** A change as a status holds it. */
export const sharedChange = (details: readonly StackDetail[]): SharedChange => ({
  id: changeId(details),
  objects: details
    .filter(isChanged)
    .sort((a, b) => RANK[a.operation] - RANK[b.operation] || (a.object < b.object ? -1 : 1))
    .slice(0, MOST_CHANGES)
    .map(({ object, operation, fields }) => ({
      object: object.slice(0, 320),
      operation,
      ...(fields === undefined ? {} : { fields: fields.slice(0, MOST_FIELDS).map((f) => f.slice(0, 253)) }),
    })),
});

/** `delete Service shop-cache; replace Deployment shop-cache`: what of a change a person has to agree to. */
export function renderLosses(details: readonly Pick<StackDetail, "object" | "operation">[]): string {
  const losses = details.filter(takesAway);
  const named = losses.slice(0, MOST_NAMED).map((d) => `${d.operation} ${d.object}`);
  const more = losses.length - named.length;
  return `${named.join("; ")}${more > 0 ? ` and ${more} more` : ""}`;
}

/** Names of the objects that an operation has left standing. */
export const objectsOf = (details: readonly StackDetail[]): string[] =>
  details
    .filter((d) => d.operation !== "delete")
    .map((d) => d.object.slice(0, 320))
    .sort()
    .slice(0, MOST_SHARED_OBJECTS);
