import { expect, test } from "vitest";
import type { FrozenRelease } from "../api/frozen.ts";
import type { ReleasePlanStatus } from "../api/release-plan.ts";
import { sharedDigest } from "../core/plan/shared/request.ts";
import { sharedForecast } from "./shared-forecast.ts";

const frozen = {
  program: "cached",
  programDigest: "sha256:1",
  values: { a: 1 },
  shared: true,
} as unknown as FrozenRelease;
const objects = ["Deployment shop-cache", "Service shop-cache"];
const standing = (digest: string): ReleasePlanStatus => ({
  observedGeneration: 1,
  shared: { digest, release: "shop-1", objects },
});

test("a program without a shared part has no forecast of one", () => {
  expect(sharedForecast(undefined, { ...frozen, shared: false }, undefined)).toEqual({});
});

test("the same part stands already", () => {
  const { shared } = sharedForecast(standing(sharedDigest(frozen)), frozen, objects);
  expect(shared).toEqual({ stands: true, creates: [], deletes: [], keeps: objects });
});

test("what is made and what would be deleted is told by name, and that only a dry run knows of replacements", () => {
  const made = ["Deployment shop-cache", "ConfigMap shop-settings"];
  const { shared } = sharedForecast(standing("sha256:other"), frozen, made);
  expect(shared).toMatchObject({
    stands: false,
    creates: ["ConfigMap shop-settings"],
    deletes: ["Service shop-cache"],
    keeps: ["Deployment shop-cache"],
    note: expect.stringContaining("spec.dryRun"),
  });
});

test("of a program that is not here only that is told", () => {
  const { shared } = sharedForecast(standing("sha256:other"), frozen, undefined);
  expect(shared).toMatchObject({ stands: false, creates: [], deletes: [], keeps: objects });
});
