/** When two states of the simulated world are the same: what they hold that may matter later, times counted from now. */
import { createHash } from "node:crypto";
import type { Release } from "../../src/api/release.ts";
import { readInstant } from "../../src/base/instant.ts";
import { isFinal } from "../../src/core/plan/phases.ts";
import type { SimWorld } from "../property/world/begin.ts";
import type { Kind, Stored } from "../property/world/store.ts";

const SECOND = 1_000;
/** Longer than every deadline: what is older is merely old. */
const LONG_AGO_S = -2 * 3_600;
const KINDS: readonly Kind[] = ["plans", "releases", "verifications", "routes", "services"];
/** What is for people, for the record, or a counter that means nothing by itself. */
const DROPPED: ReadonlySet<string> = new Set([
  "resourceVersion",
  "generation",
  "creationTimestamp",
  "startedAt",
  "lastTransitionTime",
  "journal",
  "message",
  "verdict",
  "touched",
  "from",
]);
/** What says nothing of the agenda: only segments of journals are collected, and here are none. */
const SILENT: ReadonlySet<string> = new Set(["garbage"]);
const TIME = /"\d{4}-\d\d-\d\dT[^"]*"/;

/** Text with holes where times are. */
interface Template {
  readonly texts: readonly string[];
  readonly times: readonly number[];
}
const templates = new WeakMap<object, Template>();

/** Digest of the state; equal states have equal ones. */
export function stateKey({ sim, cluster, controller }: SimWorld): string {
  const now = sim.now();
  const parts: string[] = [];
  const tell = (value: unknown): void => void parts.push(render(templateOf(value), now));
  for (const kind of KINDS) {
    const cached = new Map(cluster.store.listCached(kind).map((o) => [o.metadata.name, o]));
    for (const object of cluster.store.list(kind)) {
      tellObject(kind, object);
      const seen = cached.get(object.metadata.name);
      cached.delete(object.metadata.name);
      if (seen === object) continue;
      parts.push("seen as");
      tellObject(kind, seen);
    }
    // Objects that are gone and still in the cache.
    for (const object of cached.values()) tellObject(kind, object);
  }
  for (const { inMs, what } of sim.agenda) {
    if (SILENT.has(what[0])) continue;
    parts.push(String(Math.round(inMs / SECOND)));
    tell(what.map((about) => (isStored(about) ? abstract(about) : about)));
  }
  tell(cluster.view);
  tell(controller.view);
  return createHash("sha256").update(parts.join("\n")).digest("base64").slice(0, 24);

  function tellObject(kind: Kind, object: Stored | undefined): void {
    parts.push(kind);
    if (object === undefined) return;
    let template = templates.get(object);
    if (template === undefined) {
      template = templateOf(abstract(object));
      templates.set(object, template);
    }
    parts.push(render(template, now));
  }
}

const isStored = (value: unknown): value is Stored =>
  typeof value === "object" && value !== null && "metadata" in value && "kind" in value;

/** What matters of an object. */
function abstract(object: Stored): unknown {
  const { metadata, spec, status } = object;
  const { generation = 0 } = metadata;
  switch (object.kind) {
    case "Release":
      return abstractRelease(object as unknown as Release);
    case "Verification": {
      const { end } = spec as { readonly end?: boolean };
      return end === true ? [metadata.name, "ended"] : [metadata, spec, status];
    }
    default:
      return [metadata, spec, JSON.parse(JSON.stringify(status ?? null, relativeTo(generation)))];
  }
}

/** Of a release that has ended only what may still be asked of it; a command for a step that is over means nothing. */
function abstractRelease({ metadata, spec, status }: Release): unknown {
  const pending = status?.frozen === undefined ? [metadata.creationTimestamp] : [];
  if (isFinal(status?.phase)) {
    const { phase, sequence, slot } = status ?? {};
    return [metadata, phase, sequence, slot];
  }
  const { control, ...rest } = spec;
  const { promote, skip, resume, ...others } = control ?? {};
  const left = status?.frozen?.steps.slice(status.position?.step ?? 0).map((s) => s.name);
  const meant = {
    ...others,
    ...(promote !== undefined && left?.includes(promote.step) !== false ? { promote } : {}),
    ...(skip !== undefined && left?.includes(skip.step) !== false ? { skip } : {}),
    ...(resume !== undefined && status?.hold?.id === resume.hold ? { resume } : {}),
  };
  return [metadata, pending, rest, meant, status];
}

/** Generations that were seen, counted from the present one. */
const relativeTo =
  (generation: number) =>
  (key: string, value: unknown): unknown =>
    key === "observedGeneration" && typeof value === "number" ? value - generation : value;

function templateOf(value: unknown): Template {
  const text = JSON.stringify(value, (key, member: unknown) => (DROPPED.has(key) ? undefined : member)) ?? "";
  const texts: string[] = [];
  const times: number[] = [];
  let rest = text;
  for (;;) {
    const found = TIME.exec(rest);
    const time = found === null ? undefined : readInstant(found[0].slice(1, -1));
    if (found === null || time === undefined) break;
    texts.push(rest.slice(0, found.index));
    times.push(time);
    rest = rest.slice(found.index + found[0].length);
  }
  return { texts: [...texts, rest], times };
}

function render({ texts, times }: Template, now: number): string {
  if (times.length === 0) return texts[0] ?? "";
  const relative = (time: number): string => String(Math.max(LONG_AGO_S, Math.round((time - now) / SECOND)));
  return texts.map((text, n) => (n < times.length ? text + relative(times[n] as number) : text)).join("");
}
