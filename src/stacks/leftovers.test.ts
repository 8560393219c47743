import { expect, test } from "vitest";
import { findOutdated, removeUnmade } from "./leftovers.ts";
import type { ObjectId } from "./live-objects.ts";
import { LABEL, ownerLabels } from "./names.ts";

const owner = ownerLabels("shop", "blue");

interface Held {
  readonly kind: string;
  readonly name: string;
  readonly release: string;
  readonly keep?: string;
}

/** A namespace that holds these objects. */
const holding = (objects: readonly Held[]) => ({
  list: async (kind: Omit<ObjectId, "name">, labels: Readonly<Record<string, string>>) =>
    objects
      .filter((object) => object.kind === kind.kind && object.keep === labels[LABEL.keep])
      .map(({ name, release }) => ({ name, labels: { ...owner, [LABEL.release]: release } })),
  remove: async () => undefined,
});
const map = (release: string): Held => ({
  kind: "ConfigMap",
  name: `shop-${release}`,
  release,
  keep: "previous",
});
const running = (release: string): Held => ({ kind: "Deployment", name: "shop-blue", release });
const names = (objects: readonly ObjectId[]) => objects.map((object) => object.name);

test("what the present occupant uses stays; what came before it goes", async () => {
  const live = holding([map("1"), map("2"), running("2")]);
  expect(names(await findOutdated(live, owner, "3"))).toEqual(["shop-1"]);
});

test("a repeated apply of the running release removes nothing", async () => {
  const live = holding([map("1"), map("2"), running("2")]);
  expect(await findOutdated(live, owner, "2")).toEqual([]);
});

test("an empty slot keeps nothing", async () => {
  expect(names(await findOutdated(holding([map("1")]), owner, "2"))).toEqual(["shop-1"]);
});

test("what a program makes no more goes; what it makes, under whatever version, and what is kept stay", async () => {
  const removed: string[] = [];
  const objects: Readonly<Record<string, readonly string[]>> = {
    Deployment: ["shop-blue", "shop-blue-old"],
    HorizontalPodAutoscaler: ["shop-blue"],
    ConfigMap: ["shop-1", "stray"],
  };
  const live = {
    list: async ({ kind }: Omit<ObjectId, "name">) =>
      (objects[kind] ?? []).map((name) => ({
        name,
        labels: { ...owner, ...(name === "shop-1" ? { [LABEL.keep]: "previous" } : {}) },
      })),
    remove: async ({ kind, name }: ObjectId) => void removed.push(`${kind} ${name}`),
  };
  const made = [
    { apiVersion: "apps/v1", kind: "Deployment", name: "shop-blue" },
    { apiVersion: "autoscaling/v1", kind: "HorizontalPodAutoscaler", name: "shop-blue" },
  ];
  expect(await removeUnmade(live, owner, made)).toEqual([]);
  expect(removed).toEqual(["Deployment shop-blue-old", "ConfigMap stray"]);
});
