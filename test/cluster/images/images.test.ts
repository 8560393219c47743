import { expect, test } from "vitest";
import { imagesOf, isShipped } from "./catalogue.ts";
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

test("exactly v4 fails, and the base itself is not shipped", () => {
  const images = imagesOf("/node", "/server.ts");
  const failing = images.filter((image) => image.environment?.SHOP_FAIL_RATIO);
  expect(failing.map((image) => image.tag)).toEqual(["localhost/shop:v4"]);
  expect(images.filter((image) => !isShipped(image)).map((image) => image.tag)).toEqual([
    "localhost/shop:base",
  ]);
});
