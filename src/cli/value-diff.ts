import { sameJson } from "../base/json.ts";

/** One value that differs; absent on the side where there is none. */
export interface ValueChange {
  readonly field: string;
  readonly before?: string;
  readonly after?: string;
}

/** Values under such names are not printed, whatever people put there. */
const SECRET = /(password|passwd|secret|token|credential|api-?key|private-?key)$/i;
const LONGEST = 80;

/** Leaves that differ between two values, by path. */
export function diffValues(field: string, before: unknown, after: unknown): readonly ValueChange[] {
  // To a program null and absent are two things; sameJson takes them for one.
  if ((before === undefined) === (after === undefined) && sameJson(before, after)) return [];
  if (isMapping(before) && isMapping(after)) {
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
    return names.flatMap((name) =>
      diffValues(field === "" ? name : `${field}.${name}`, before[name], after[name]),
    );
  }
  return [
    {
      field,
      ...(before === undefined ? {} : { before: show(field, before) }),
      ...(after === undefined ? {} : { after: show(field, after) }),
    },
  ];
}

/** `before -> after`, or that it comes or goes. */
export const changeText = ({ before, after }: ValueChange): string =>
  before === undefined
    ? `new: ${after}`
    : after === undefined
      ? `removed: ${before}`
      : `${before} -> ${after}`;

const isMapping = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function show(field: string, value: unknown): string {
  if (SECRET.test(field)) return "(not shown)";
  const text = typeof value === "string" ? value : maskedJson(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}

const maskedJson = (value: unknown): string =>
  JSON.stringify(value, (name, inner: unknown) => (SECRET.test(name) ? "(not shown)" : inner)) ?? "";
