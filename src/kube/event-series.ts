import { createHash } from "node:crypto";
import { type Instant, renderInstant } from "../base/instant.ts";
import type { KubeObject } from "./kube-object.ts";
import { renderMicroTime } from "./lease-record.ts";
import { resourceType } from "./resources.ts";

/** The object that an event is about. */
export interface Regarding {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string | undefined;
  readonly uid?: string | undefined;
}

/** What happened, for people who look at an object with `kubectl describe`. */
export interface Happening {
  readonly regarding: Regarding;
  readonly type: "Normal" | "Warning";
  /** Short, in CamelCase: `TrafficReverted`. */
  readonly reason: string;
  /** What the controller did, in CamelCase: `Shift`. */
  readonly action: string;
  readonly note: string;
}

export interface EventObject extends KubeObject {
  readonly eventTime: string;
  readonly reportingController: string;
  readonly reportingInstance: string;
  readonly action: string;
  readonly reason: string;
  readonly type: string;
  readonly note: string;
  readonly regarding: Regarding;
  readonly series?: { readonly count: number; readonly lastObservedTime: string };
}

export const EVENTS = resourceType<EventObject>({
  group: "events.k8s.io",
  version: "v1",
  kind: "Event",
  plural: "events",
  namespaced: true,
});

export interface Reporter {
  readonly controller: string;
  readonly instance: string;
}

/** The API's limits, in bytes. */
const [LONGEST_NOTE, LONGEST_INSTANCE, LONGEST_REASON] = [1_024, 128, 128];

/** Cuts between characters, and shows that it did. */
function shorten(text: string, bytes: number): string {
  if (Buffer.byteLength(text) <= bytes) return text;
  const cut = Buffer.from(text)
    .subarray(0, bytes - 3)
    .toString("utf8");
  return `${cut.replace(/\uFFFD+$/, "")}…`;
}

/** The start of a name that still is the start of a name. */
const namePrefix = (name: string): string => name.slice(0, 200).replace(/[-.]+$/, "");

/** Equal for what is one series: the same thing said again of the same object. */
export const seriesKey = ({ regarding, type, reason, action, note }: Happening): string =>
  JSON.stringify([
    regarding.uid ?? `${regarding.kind}/${regarding.namespace}/${regarding.name}`,
    type,
    reason,
    action,
    note,
  ]);

/** The first event of a series. Its name follows from what it says and when, so that sending it twice makes one. */
export function renderEvent(happening: Happening, reporter: Reporter, at: Instant): EventObject {
  const { regarding, note, reason, action, type } = happening;
  const tail = createHash("sha256")
    .update(`${seriesKey(happening)}${reporter.instance}${renderInstant(at)}`)
    .digest("hex")
    .slice(0, 16);
  return {
    apiVersion: "events.k8s.io/v1",
    kind: "Event",
    metadata: {
      name: `${namePrefix(regarding.name)}.${tail}`,
      namespace: regarding.namespace ?? "default",
    },
    eventTime: renderMicroTime(at),
    reportingController: reporter.controller,
    reportingInstance: shorten(reporter.instance, LONGEST_INSTANCE),
    action: shorten(action, LONGEST_REASON),
    reason: shorten(reason, LONGEST_REASON),
    type,
    note: shorten(note, LONGEST_NOTE),
    regarding,
  };
}

/** Says that it happened again: `count` times in all, lastly at `at`. */
export const renderRepeat = (count: number, at: Instant): Readonly<Record<string, unknown>> => ({
  series: { count, lastObservedTime: renderMicroTime(at) },
});
