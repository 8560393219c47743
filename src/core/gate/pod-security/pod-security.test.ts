import { describe, expect, it } from "vitest";
import { POD_SAMPLES, pod, UNCONFINED_ANNOTATION, UNMASKED } from "../../../../test/support/pod-samples.ts";
import type { Pod } from "../pods/pod.ts";
import { CONTROLS, controlsOf, violationsOf } from "./index.ts";

const broken = (sample: Pod, level: "baseline" | "restricted"): readonly string[] => [
  ...new Set(violationsOf(sample, level).map(({ control }) => control)),
];

describe("the Pod Security Standards", () => {
  it("have a sample for each control", () => {
    expect(POD_SAMPLES.map(({ control }) => control).sort()).toEqual(CONTROLS.map(({ name }) => name).sort());
  });

  it.each(POD_SAMPLES)("$control refuses its bad pods and no good one", ({ control, level, bad, good }) => {
    for (const sample of bad) expect(broken(sample, level)).toContain(control);
    for (const sample of good) expect(broken(sample, level)).not.toContain(control);
  });

  it("are met by a hardened pod, at both levels", () => {
    expect(violationsOf(pod(), "restricted")).toEqual([]);
    expect(violationsOf(pod(), "baseline")).toEqual([]);
  });

  it("ask for an unmasked /proc at both levels, and more of it at restricted", () => {
    expect(broken(UNMASKED, "baseline")).toEqual(["procMount"]);
    expect(broken(UNMASKED, "restricted")).toEqual(["procMount_restricted"]);
  });

  it("know AppArmor as an annotation too", () => {
    expect(broken(UNCONFINED_ANNOTATION, "baseline")).toEqual(["appArmorProfile"]);
  });

  it("tell a control of restricted once, not also in its weaker form", () => {
    const names = controlsOf("restricted").map(({ name }) => name);
    expect(names).not.toContain("capabilities_baseline");
    expect(names).toContain("hostNamespaces");
  });

  it("look at containers of every kind, and say which", () => {
    const debug = { name: "debug", securityContext: { privileged: true } };
    expect(violationsOf(pod({ ephemeralContainers: [debug] }), "baseline")).toEqual([
      { control: "privileged", problem: 'container "debug": privileged must not be true' },
    ]);
  });
});
