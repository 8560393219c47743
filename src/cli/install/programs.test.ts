import { describe, expect, it } from "vitest";
import { readManifests } from "../compose/manifests.ts";
import type { InstalledProgram } from "./programs.ts";
import { type Manifest, renderInstall } from "./render.ts";

const manifests = await readManifests();
const program = (name: string, files: Readonly<Record<string, string>>, digit = "a"): InstalledProgram => ({
  ...{ name, files },
  digest: `sha256:${digit.repeat(64)}`,
});
const installed = (...programs: readonly InstalledProgram[]): readonly Manifest[] =>
  renderInstall(manifests, {
    image: "bascule:1",
    namespace: "releases",
    args: ["--log-level=debug"],
    programs,
  });
const podOf = (objects: readonly Manifest[]) => {
  const found = objects.find(({ kind }) => kind === "Deployment");
  // biome-ignore lint/suspicious/noExplicitAny: a manifest as it lies on disk
  const spec = found?.spec as any;
  return spec.template.spec;
};

describe("stack programs of one's own in an installation", () => {
  it("are immutable ConfigMaps named after their content, before the Deployment that has them as files", () => {
    const objects = installed(program("cached", { "index.ts": "one", "lib/util.ts": "two" }));
    const config = objects.find(({ kind }) => kind === "ConfigMap");
    expect(config).toMatchObject({
      metadata: {
        name: "bascule-program-cached-aaaaaaaaaa",
        namespace: "releases",
        labels: { "bascule.dev/program": "cached" },
      },
      immutable: true,
      data: { "index.ts": "one", "lib__util.ts": "two" },
    });
    expect(objects.indexOf(config as Manifest)).toBeLessThan(objects.length - 1);
    const { containers, volumes } = podOf(objects);
    expect(containers[0].args.slice(-2)).toEqual(["--programs=/etc/bascule/programs", "--log-level=debug"]);
    expect(containers[0].volumeMounts.at(-1)).toEqual({
      name: "programs",
      mountPath: "/etc/bascule/programs",
      readOnly: true,
    });
    expect(volumes.at(-1).projected.sources).toEqual([
      {
        configMap: {
          name: "bascule-program-cached-aaaaaaaaaa",
          items: [
            { key: "index.ts", path: "cached/index.ts" },
            { key: "lib__util.ts", path: "cached/lib/util.ts" },
          ],
        },
      },
    ]);
  });

  it("are another ConfigMap with other sources, which rolls the controller out anew", () => {
    const [one, other] = ["a", "b"].map((digit) =>
      podOf(installed(program("cached", {}, digit))).volumes.at(-1),
    );
    expect(one).not.toEqual(other);
  });

  it("leave an installation without them as it is", () => {
    const { containers, volumes } = podOf(installed());
    const asWritten = podOf(manifests);
    expect([containers[0].volumeMounts, volumes]).toEqual([
      asWritten.containers[0].volumeMounts,
      asWritten.volumes,
    ]);
    expect(installed().filter(({ kind }) => kind === "ConfigMap")).toEqual([]);
  });

  it("are refused where no ConfigMap holds them, with the way that does", () => {
    const large = program("large", { "index.ts": "x".repeat(901 * 1024) });
    expect(() => installed(large)).toThrow(
      /--program large: .*901 KiB.*900.*--controller-arg=--programs=FOLDER/,
    );
    const alike = program("alike", { "index.ts": "", "a/b.ts": "", "a__b.ts": "" });
    expect(() => installed(alike)).toThrow("two paths differ in / and __ alone");
  });
});
