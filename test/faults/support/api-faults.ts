/** What an API server, or the way to it, can do to its clients: the table of `api.test.ts`. */
import type { Fault, Match, Rule } from "../../lab/api-proxy/faults.ts";

export interface ApiFault {
  readonly title: string;
  readonly rules: readonly Rule[];
  /** Milliseconds; `end`: until the release has ended. */
  readonly lasts: number | "end";
  /** Pulumi's own requests are met as well, so that an apply may be made anew. */
  readonly meetsStacks?: true;
  /** How much later than usual traffic may be back, in milliseconds, when this meets a revert. */
  readonly delaysRevert: number;
  /** Meets nothing at these moments. */
  readonly notAt?: readonly Moment[];
  /** At this moment it belongs to `make test` too. */
  readonly inBrief?: Moment;
}

export const MOMENTS = ["Preparing", "Shifting", "Observing", "a revert"] as const;
export type Moment = (typeof MOMENTS)[number];

const CONTROLLER = { from: "controller" } as const;
/** Everything but watches. */
const CALLS: Match = { verbs: ["get", "list", "create", "update", "patch", "delete"] };
const WRITES: Match = { verbs: "writes" };
const WATCHES: Match = { verbs: ["watch"] };

/** So long what was written may stay unheard before the watches are begun again; the share may not have been seen in force yet. */
const UNHEARD = 5_000;

const refuse = (status: number, reason: string, retryAfter?: number): Fault => ({
  kind: "answer",
  status,
  reason,
  ...(retryAfter === undefined ? {} : { retryAfter }),
});
const TOO_MANY = refuse(429, "TooManyRequests", 1);
const BROKEN = refuse(500, "InternalError");
const AWAY = refuse(503, "ServiceUnavailable");

/** An apply is some twenty requests, and begins anew when one of them fails. The ninth is met, and the 39th. */
const STACKS = 0.1;

/** Half of the controller's requests and some of Pulumi's. */
const scattered = (match: Match, fault: Fault): readonly Rule[] => [
  { match: { ...match, ...CONTROLLER, share: 0.5 }, fault },
  { match: { ...match, from: "stack", share: STACKS }, fault },
];

/** Refuses what is written into the status of the resources. */
export const refuseStatus = (fault: Fault, ...resources: readonly string[]): Rule => ({
  match: {
    ...CONTROLLER,
    verbs: "writes",
    subresource: "status",
    ...(resources.length ? { resources } : {}),
  },
  fault,
});
export const CONFLICT = refuse(409, "Conflict");
export const INTERNAL = BROKEN;
export const FORBIDDEN = refuse(403, "Forbidden");

export const FAULTS: readonly ApiFault[] = [
  {
    title: "2 s of latency on everything",
    rules: [{ fault: { kind: "delay", ms: 2_000, jitter: 500 } }],
    ...{ lasts: "end", meetsStacks: true, delaysRevert: 6_000 },
  },
  {
    title: "a storm of 429 for 8 s",
    rules: [{ fault: TOO_MANY }],
    ...{ lasts: 8_000, meetsStacks: true, delaysRevert: 14_000 },
  },
  {
    title: "500 on every third write",
    rules: [{ match: { ...CONTROLLER, ...WRITES, every: 3 }, fault: BROKEN }],
    ...{ lasts: "end", delaysRevert: 3_000 },
  },
  {
    title: "503 on everything for 8 s",
    rules: [{ fault: AWAY }],
    ...{ lasts: 8_000, meetsStacks: true, delaysRevert: 14_000 },
  },
  {
    title: "500 on some of Pulumi's requests",
    rules: [{ match: { from: "stack", share: STACKS }, fault: BROKEN }],
    ...{ lasts: "end", meetsStacks: true, delaysRevert: 0, notAt: ["Shifting", "Observing", "a revert"] },
  },
  {
    title: "409 on every status write for 10 s",
    rules: [refuseStatus(CONFLICT)],
    ...{ lasts: 10_000, delaysRevert: 0, inBrief: "Shifting" },
  },
  {
    title: "answers to all writes of the route lost after they were done",
    rules: [
      { match: { ...CONTROLLER, ...WRITES, resources: ["httproutes"] }, fault: { kind: "loseAnswer" } },
    ],
    ...{ lasts: "end", delaysRevert: 3_000, notAt: ["Preparing", "Observing"], inBrief: "a revert" },
  },
  {
    title: "answers to half of the writes lost after they were done",
    rules: scattered(WRITES, { kind: "loseAnswer" }),
    ...{ lasts: "end", meetsStacks: true, delaysRevert: 3_000 },
  },
  {
    title: "half of the connections broken before the request",
    rules: scattered(CALLS, { kind: "reset" }),
    ...{ lasts: "end", meetsStacks: true, delaysRevert: 3_000 },
  },
  {
    title: "half of the bodies broken off",
    rules: scattered(CALLS, { kind: "truncate", clean: false }),
    ...{ lasts: "end", meetsStacks: true, delaysRevert: 3_000 },
  },
  {
    title: "half of the bodies cut to half of their text",
    rules: [{ match: { ...CALLS, ...CONTROLLER, share: 0.5 }, fault: { kind: "truncate", clean: true } }],
    ...{ lasts: "end", delaysRevert: 3_000 },
  },
  {
    title: "answers to writes without an end for 12 s",
    rules: [{ match: { ...WRITES, ...CONTROLLER }, fault: { kind: "endless" } }],
    ...{ lasts: 12_000, delaysRevert: 18_000 },
  },
  {
    title: "watches dropped every second for 10 s",
    rules: [{ match: WATCHES, fault: { kind: "closeWatch", after: 1_000 } }],
    ...{ lasts: 10_000, delaysRevert: UNHEARD, inBrief: "Shifting" },
  },
  {
    title: "watches silent for 8 s",
    rules: [{ match: WATCHES, fault: { kind: "hang" } }],
    ...{ lasts: 8_000, delaysRevert: UNHEARD },
  },
  {
    title: "watches too old for 5 s",
    rules: [{ match: WATCHES, fault: { kind: "goneWatch" } }],
    ...{ lasts: 5_000, delaysRevert: UNHEARD },
  },
  {
    title: "watches half-open for good",
    rules: [{ match: WATCHES, fault: { kind: "deafWatch" } }],
    ...{ lasts: "end", delaysRevert: UNHEARD, inBrief: "a revert" },
  },
  {
    // Each watch gets one about once a minute.
    title: "bookmarks dropped for 65 s",
    rules: [{ match: WATCHES, fault: { kind: "dropBookmarks" } }],
    ...{ lasts: 65_000, delaysRevert: 0, notAt: ["Preparing", "Observing", "a revert"] },
  },
  {
    title: "a partition of 8 s",
    rules: [{ fault: { kind: "hang" } }],
    ...{ lasts: 8_000, meetsStacks: true, delaysRevert: 14_000 },
  },
];
