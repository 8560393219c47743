import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { generatedFiles, MARKS } from "./generated-files.ts";
import { bringUpToDate, differences } from "./sync.ts";

const files = generatedFiles();
const CRD = "manifests/crds/bascule.dev_releases.yaml";
let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "bascule-crd-"));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const put = async (path: string, text: string): Promise<void> => {
  await mkdir(join(root, path, ".."), { recursive: true });
  await writeFile(join(root, path), text);
};

describe("generated files", () => {
  it("are the same bytes every time", () => {
    expect([...generatedFiles()]).toEqual([...files]);
  });

  it("are a CRD and a page for each kind", () => {
    const folders = [...files.keys()].map((path) => path.slice(0, path.lastIndexOf("/")));
    expect(folders.filter((folder) => folder === "manifests/crds")).toHaveLength(5);
    expect(folders.filter((folder) => folder === "docs/spec/v1alpha1")).toHaveLength(5);
  });

  it("read back as what was generated, without anchors", () => {
    const text = files.get(CRD) ?? "";
    expect(parse(text)).toMatchObject({
      kind: "CustomResourceDefinition",
      metadata: { name: "releases.bascule.dev" },
    });
    expect(text).not.toMatch(/: [&*]\w/);
  });
});

describe("differences", () => {
  it("are none after writing, and writing again changes nothing", async () => {
    expect(await bringUpToDate(root, files)).toHaveLength(files.size);
    expect(await differences(root, files)).toEqual([]);
    expect(await bringUpToDate(root, files)).toEqual([]);
  });

  it("name what is missing, different and left over", async () => {
    await bringUpToDate(root, files);
    await rm(join(root, CRD));
    await put("docs/spec/v1alpha1/release.md", "edited by hand");
    await put("manifests/crds/bascule.dev_gone.yaml", `${MARKS[0]}\n`);
    expect(await differences(root, files)).toEqual([
      { path: "docs/spec/v1alpha1/release.md", kind: "different" },
      { path: "manifests/crds/bascule.dev_gone.yaml", kind: "left over" },
      { path: CRD, kind: "missing" },
    ]);
    await bringUpToDate(root, files);
    expect(await differences(root, files)).toEqual([]);
  });

  it("leave alone what people wrote beside the generated files", async () => {
    await put("docs/spec/v1alpha1/README.md", "# The API\n");
    await bringUpToDate(root, files);
    expect(await readFile(join(root, "docs/spec/v1alpha1/README.md"), "utf8")).toBe("# The API\n");
  });
});

describe("the command", () => {
  const run = (...args: string[]) =>
    promisify(execFile)(process.execPath, [join(import.meta.dirname, "main.ts"), "--root", root, ...args]);

  it("ends with code 1 and names the files when --check finds a difference, and writes nothing", async () => {
    await run();
    await put(CRD, "old\n");
    await expect(run("--check")).rejects.toMatchObject({
      code: 1,
      stdout: expect.stringContaining(`${CRD}: different`),
    });
    expect(await readFile(join(root, CRD), "utf8")).toBe("old\n");
    await run();
    expect((await run("--check")).stdout).toContain("up to date");
  });
});
