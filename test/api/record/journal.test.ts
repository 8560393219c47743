import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { API_VERSION } from "../../../src/api/object.ts";
import type { Release, ReleaseStatus } from "../../../src/api/release.ts";
import { instant } from "../../../src/base/instant.ts";
import { CONFIG_MAPS, RELEASES } from "../../../src/cli/resource-types.ts";
import { appendJournal } from "../../../src/core/plan/journal.ts";
import { JOURNAL_BOUNDS } from "../../../src/core/record/bounds.ts";
import { keepJournal } from "../../../src/core/record/keep.ts";
import { renderSegment, type Segment, segmentKey, segmentNames } from "../../../src/core/record/segment.ts";
import type { KubeClient } from "../../../src/kube/client.ts";
import { KubeSegments } from "../../../src/world/segments.ts";
import { CommandLine } from "../../support/command-line.ts";
import { until } from "../../support/until.ts";
import { Installation } from "../crd/installed.ts";
import { accepted, People, refused } from "../crd/people.ts";

const KEEPER = "keeper@example.com";
const NOBODY = "nobody@example.com";
const READER = "reader@example.com";
const _ROOT = join(import.meta.dirname, "../../..");
const NOW = instant(Date.UTC(2030, 0, 1));

const people = new People();
const cluster = new Installation(people.admin);
const { namespace } = cluster;
const segmentsAs = (client: KubeClient): KubeSegments => new KubeSegments(client, () => NOW);
const configMap = async (name: string) => accepted(await people.admin.get(CONFIG_MAPS, { namespace, name }));

/** A release of a plan that is not there: nobody acts on it. */
async function makeRelease(name: string): Promise<Release> {
  const spec = {
    planRef: { name: "none" },
    package: { version: "1.0.0", image: "registry.example.com/shop:1" },
  };
  const object = { apiVersion: API_VERSION, kind: "Release" as const, metadata: { name, namespace }, spec };
  return accepted(await people.admin.create(RELEASES, object as Release));
}

function withEntries(status: ReleaseStatus, count: number): ReleaseStatus {
  let next = status;
  for (let i = 0; i < count; i++) {
    const n = (next.journal?.count ?? 0) + 1;
    const message = `entry ${n}: waiting until 25% is in force: parent gateways/edge has not yet reported`;
    next = appendJournal(
      next,
      { from: "Shifting/weight-5", to: "Shifting/weight-25", reason: "Because", message },
      NOW,
    );
  }
  return next;
}

async function segmentOf(name: string): Promise<Segment> {
  const { metadata } = await makeRelease(name);
  const uid = metadata.uid ?? "";
  const entries = withEntries({ observedGeneration: 1 }, 3).journal?.entries ?? [];
  return {
    key: segmentKey(uid, 0, entries),
    namespace,
    plan: "none",
    release: { name, uid },
    offset: 0,
    entries,
  };
}

const bascule = (...args: readonly string[]) => new CommandLine({ namespace }).run(...args);

beforeAll(async () => {
  await cluster.policiesAndRoles();
  await cluster.customResources();
  await cluster.ownNamespace();
  await cluster.bind(KEEPER, "bascule-journal-keeper");
  await cluster.bind(READER, "bascule-journal-reader");
  await until("the roles are in force", async () => {
    const get = await people.as(KEEPER).get(CONFIG_MAPS, { namespace, name: "none" });
    const list = await people.as(READER).list(CONFIG_MAPS, { namespace });
    return !get.ok && get.error.kind === "notFound" && list.ok;
  });
});
afterAll(async () => {
  await cluster.remove();
  await people.close();
});

describe("a segment on a real API server", () => {
  it("can't be changed once it is stored, and counts as stored when it is asked for again", async () => {
    const segment = await segmentOf("fixed");
    const { uid } = segment.release;
    for (const process of [segmentsAs(people.admin), segmentsAs(people.admin)]) {
      await process.store(segment);
      expect(process.outcome(uid)).toEqual({ key: segment.key, state: "stored" });
    }
    const ref = { namespace, name: "fixed-journal-0" };
    const change = { data: { entries: "" } };
    expect(refused(await people.admin.mergePatch(CONFIG_MAPS, ref, change)).message).toMatch(/immutable/);
    expect(refused(await people.admin.mergePatch(CONFIG_MAPS, ref, { immutable: false })).message).toMatch(
      /immutable/,
    );
    expect((await configMap("fixed-journal-0")).data).toEqual(renderSegment(segment, ref.name).data);
  });

  it("leaves an object of somebody else's alone, and has another name then", async () => {
    const segment = await segmentOf("squatted");
    const [proper, other] = segmentNames(segment);
    const foreign = {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: proper, namespace },
      data: { a: "b" },
    };
    accepted(await people.admin.create(CONFIG_MAPS, foreign));
    const segments = segmentsAs(people.admin);
    await segments.store(segment);
    expect(segments.outcome(segment.release.uid)).toMatchObject({
      state: "stored",
      foreign: expect.stringContaining(proper),
    });
    expect((await configMap(proper)).data).toEqual({ a: "b" });
    expect(await configMap(other)).toMatchObject({
      immutable: true,
      data: renderSegment(segment, other).data,
    });
  });

  it("needs no more than the rights of bascule-journal-keeper, and says so without them", async () => {
    const segment = await segmentOf("rights");
    const [nobody, keeper] = [segmentsAs(people.as(NOBODY)), segmentsAs(people.as(KEEPER))];
    await nobody.store(segment);
    expect(nobody.outcome(segment.release.uid)).toMatchObject({
      state: "failed",
      message: expect.stringMatching(/configmaps.*forbidden/),
    });
    for (let twice = 0; twice < 2; twice++) {
      await keeper.store(segment);
      expect(keeper.outcome(segment.release.uid)?.state).toBe("stored");
    }
    const ref = { namespace, name: "rights-journal-0" };
    expect(refused(await people.as(KEEPER).delete(CONFIG_MAPS, ref)).kind).toBe("forbidden");
    expect(refused(await people.as(KEEPER).list(CONFIG_MAPS, { namespace })).kind).toBe("forbidden");
    expect(refused(await people.as(READER).get(CONFIG_MAPS, ref)).kind).toBe("forbidden");
  });

  it("goes with its release", async () => {
    const segment = await segmentOf("short-lived");
    await segmentsAs(people.admin).store(segment);
    accepted(await people.admin.delete(RELEASES, { namespace, name: "short-lived" }));
    await until("the segment is collected", async () => {
      const there = await people.admin.get(CONFIG_MAPS, { namespace, name: "short-lived-journal-0" });
      return !there.ok && there.error.kind === "notFound";
    });
  });
});

describe("a journal of 200 entries on a real API server", () => {
  let release: Release;

  /** What a pass does: decide, write, store; `outcome` is what this process knows. */
  async function pass(segments: KubeSegments, added: number): Promise<void> {
    const uid = release.metadata.uid ?? "";
    const grown = withEntries(release.status ?? { observedGeneration: 1 }, added);
    const { status, segment } = keepJournal({
      release,
      status: grown,
      outcome: segments.outcome(uid),
      bounds: JOURNAL_BOUNDS,
      now: NOW,
    });
    const read = { resourceVersion: release.metadata.resourceVersion ?? "", status };
    release = accepted(await people.admin.replaceStatus(RELEASES, release.metadata, read));
    if (segment !== undefined) await segments.store(segment);
  }

  beforeAll(async () => {
    release = await makeRelease("long");
    let segments = segmentsAs(people.as(KEEPER));
    for (let i = 0; i < 40; i++) {
      await pass(segments, 5);
      // A controller that is started anew every now and then knows nothing of what was stored.
      if (i % 3 === 0) segments = segmentsAs(people.as(KEEPER));
    }
    for (let i = 0; i < 3; i++) await pass(segments, 0);
  });

  it("keeps its status within 64 KiB and the last hundred entries in it", () => {
    const { journal } = release.status ?? {};
    expect(Buffer.byteLength(JSON.stringify(release.status))).toBeLessThan(64 * 1_024);
    expect(journal).toMatchObject({ count: 200, stored: 100 });
    expect(journal?.entries).toHaveLength(100);
    expect(journal?.problem).toBeUndefined();
  });

  it("is whole for the command line: exit code 0", async () => {
    const ran = await bascule("journal", "long", "-o", "json");
    expect(ran).toMatchObject({ exit: 0, err: "" });
    const told = JSON.parse(ran.out);
    expect(told).toMatchObject({ whole: true, count: 200, entries: { length: 200 } });
    expect(told.segments).toEqual([0, 25, 50, 75].map((offset) => `long-journal-${offset}`));
    expect(told.entries.map((e: { message: string }) => e.message.split(":")[0])).toEqual(
      Array.from({ length: 200 }, (_, i) => `entry ${i + 1}`),
    );
  });

  it("is broken for it when a segment was made anew with one word changed, and when it is gone: exit code 1", async () => {
    const ref = { namespace, name: "long-journal-25" };
    const { metadata, data, ...rest } = await configMap("long-journal-25");
    accepted(await people.admin.delete(CONFIG_MAPS, ref));
    const gone = await bascule("journal", "long");
    expect(gone.exit).toBe(1);
    expect(gone.err).toContain("missing: entries 26 to 50; no ConfigMap of this release holds them");
    const { name, labels, ownerReferences } = metadata;
    const entries = (data?.entries ?? "").replace("entry 30: waiting", "entry 30: passed");
    const remade = {
      name,
      namespace,
      ...(labels ? { labels } : {}),
      ...(ownerReferences ? { ownerReferences } : {}),
    };
    accepted(
      await people.admin.create(CONFIG_MAPS, { ...rest, metadata: remade, data: { ...data, entries } }),
    );
    const changed = await bascule("journal", "long");
    expect(changed.exit).toBe(1);
    expect(changed.err).toContain("entry 30 in ConfigMap long-journal-25 does not fit the one before it");
  });
});
