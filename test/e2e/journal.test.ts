import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { JOURNAL_BOUNDS } from "../../src/core/record/bounds.ts";
import { KIND } from "../lab/kinds.ts";
import { SHOP, writePlan } from "../lab/shop.ts";
import { CommandLine, type Ran } from "../support/command-line.ts";
import { World } from "./world.ts";

const NAMESPACE = "e2e-journal";

let world: World;
beforeAll(async () => {
  world = await World.open(NAMESPACE, { entry: join(import.meta.dirname, "short-journals.ts") });
});
afterAll(() => world?.close());

/** `bascule journal` as people run it. */
const journalOf = (release: string): Promise<Ran> =>
  new CommandLine({ namespace: NAMESPACE, kubeconfig: world.cluster.kubeconfig }).run(
    "journal",
    release,
    "-o",
    "json",
  );

test("a release leaves its older entries in immutable ConfigMaps, and is whole for the command line", async () => {
  await writePlan(world.objects, world.shop, {
    strategy: {
      canary: {
        steps: [
          { weight: 20, hold: "5s" },
          { weight: 50, hold: "2s" },
        ],
      },
    },
  });
  await world.releases.create(SHOP, "shop-one", "v1", "localhost/shop:v1");
  await world.releases.whenPhase("shop-one", ["Preparing", "Shifting"]);
  // Somewhere on the way the controller forgets what it has stored.
  await world.releases.when("shop-one", "a stored segment", ({ journal }) => (journal?.stored ?? 0) > 0);
  await world.controller.restart();
  await world.releases.whenPhase("shop-one", "Completed");
  const short = ({ journal }: { journal?: { entries: readonly unknown[] } }): boolean =>
    (journal?.entries.length ?? 0) < 4;
  const { status } = await world.releases.when("shop-one", "a short journal", short);
  expect(status.journal.problem).toBeUndefined();
  expect(status.journal.count).toBeLessThan(JOURNAL_BOUNDS.kept);
  const ran = await journalOf("shop-one");
  expect(ran).toMatchObject({ exit: 0, err: "" });
  const told = JSON.parse(ran.out);
  expect(told).toMatchObject({
    whole: true,
    count: status.journal.count,
    entries: { length: status.journal.count },
  });
  expect(told.segments.length).toBe(status.journal.stored / 2);
  expect(told.entries.map((e: { reason: string }) => e.reason)).toEqual(
    expect.arrayContaining(["Started", "StepPassed", "Completed"]),
  );
  for (const name of told.segments) {
    const object = await world.objects.get(KIND.configMap, { name, namespace: NAMESPACE });
    expect(object).toMatchObject({ immutable: true });
    expect(object.metadata.ownerReferences?.[0]).toMatchObject({ kind: "Release", name: "shop-one" });
  }
});

test("a ConfigMap of somebody else's under a segment's name stays as it is, and the release says so", async () => {
  const taken = { name: "shop-two-journal-0", namespace: NAMESPACE };
  await world.objects.create({ apiVersion: "v1", kind: "ConfigMap", metadata: taken, data: { mine: "yes" } });
  await writePlan(world.objects, world.shop, { strategy: { direct: {} } });
  await world.releases.create(SHOP, "shop-two", "v2", "localhost/shop:v2");
  await world.releases.whenPhase("shop-two", "Completed");
  const { status } = await world.releases.when(
    "shop-two",
    "a segment under another name",
    ({ journal }) => journal?.problem?.reason === "SegmentForeign",
  );
  expect(status.conditions).toContainEqual(
    expect.objectContaining({ type: "JournalProblem", status: "True", reason: "SegmentForeign" }),
  );
  expect((await world.objects.get(KIND.configMap, taken)).data).toEqual({ mine: "yes" });
  const ran = await journalOf("shop-two");
  expect(ran).toMatchObject({ exit: 0, err: "" });
  expect(JSON.parse(ran.out).segments[0]).toMatch(/^shop-two-journal-0-[0-9a-f]{10}$/);
});
