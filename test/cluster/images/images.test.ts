import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { imagesOf } from "./catalogue.ts";
import { deriveImage } from "./derive.ts";
import { readLibraries } from "./files.ts";

test("libraries and the loader are read from ldd, the kernel's own object is not", () => {
  const text = `	linux-vdso.so.1 (0x00007f50809f4000)
	libdl.so.2 => /lib/x86_64-linux-gnu/libdl.so.2 (0x00007f50809de000)
	/lib64/ld-linux-x86-64.so.2 (0x00007f50809f6000)
`;
  expect(readLibraries(text)).toEqual(["/lib/x86_64-linux-gnu/libdl.so.2", "/lib64/ld-linux-x86-64.so.2"]);
  expect(readLibraries("	not a dynamic executable\n")).toEqual([]);
});

test("every base stands before the images made from it, and tags are unique and never latest", () => {
  const images = imagesOf("/node", "/server.ts");
  const seen = new Set<string>();
  for (const image of images) {
    if (image.base) expect(seen).toContain(image.base);
    expect(seen).not.toContain(image.tag);
    expect(image.tag).toMatch(/^localhost\/[a-z]+:(?!latest)[a-z0-9]+$/);
    seen.add(image.tag);
  }
});

test("exactly v4 fails", () => {
  const failing = imagesOf("/node", "/server.ts").filter((image) => image.environment?.SHOP_FAIL_RATIO);
  expect(failing.map((image) => image.tag)).toEqual(["localhost/shop:v4"]);
});

describe("an image that is derived in an OCI layout", () => {
  const NAME = "org.opencontainers.image.ref.name";
  let layout = "";
  beforeEach(() => {
    layout = mkdtempSync(join(tmpdir(), "bascule-layout-"));
    mkdirSync(join(layout, "blobs", "sha256"), { recursive: true });
    const put = (digest: string, value: unknown): void =>
      writeFileSync(join(layout, "blobs", "sha256", digest), JSON.stringify(value));
    put("c", {
      architecture: "amd64",
      config: { Env: ["A=1", "B=2"], User: "65532:65532" },
      rootfs: { diff_ids: ["x"] },
    });
    put("m", {
      config: { mediaType: "config", digest: "sha256:c", size: 1 },
      layers: [{ digest: "sha256:l" }],
    });
    const manifests = [
      { mediaType: "manifest", digest: "sha256:m", size: 1, annotations: { [NAME]: "base" } },
    ];
    writeFileSync(join(layout, "index.json"), JSON.stringify({ schemaVersion: 2, manifests }));
  });
  afterEach(() => rmSync(layout, { recursive: true }));

  const read = (file: string) => JSON.parse(readFileSync(join(layout, file), "utf8"));
  const blob = (digest: string) => read(join("blobs", ...digest.split(":")));

  test("has the layers and the user of its base and the environment of both, its own first in rank", () => {
    deriveImage(layout, "base", "variant", { B: "3", C: "4" });
    const [, own] = read("index.json").manifests;
    expect(own.annotations[NAME]).toBe("variant");
    const manifest = blob(own.digest);
    expect(manifest.layers).toEqual([{ digest: "sha256:l" }]);
    const config = blob(manifest.config.digest);
    expect(config).toMatchObject({ architecture: "amd64", rootfs: { diff_ids: ["x"] } });
    expect(config.config).toEqual({ User: "65532:65532", Env: ["A=1", "B=3", "C=4"] });
  });

  test("states digests and sizes that are those of the blobs", () => {
    deriveImage(layout, "base", "variant", { C: "4" });
    const [, own] = read("index.json").manifests;
    for (const { digest, size } of [own, blob(own.digest).config]) {
      const bytes = readFileSync(join(layout, "blobs", ...digest.split(":")));
      expect(bytes.length).toBe(size);
      expect(`sha256:${createHash("sha256").update(bytes).digest("hex")}`).toBe(digest);
    }
  });

  test("takes the place of an earlier one of its name, and needs its base", () => {
    deriveImage(layout, "base", "variant", { C: "4" });
    deriveImage(layout, "base", "variant", { C: "5" });
    expect(read("index.json").manifests.length).toBe(2);
    expect(() => deriveImage(layout, "nothing", "x", {})).toThrow(/nothing is not in/);
  });
});
