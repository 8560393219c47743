import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { packageSpec } from "../api/common.ts";
import { readPackage, releaseName, tagOf } from "./package-options.ts";

describe("the package of a release", () => {
  it.each([
    ["shop:1.4.0", "1.4.0"],
    ["registry.example.com:5000/team/shop:v2", "v2"],
    ["registry.example.com:5000/team/shop", undefined],
    ["shop:1.4.0@sha256:0123", "1.4.0"],
    ["shop@sha256:0123", undefined],
  ])("takes the version of %s from its tag", (image, tag) => {
    expect(tagOf(image)).toBe(tag);
  });

  it("holds one image, or several by container, never both", () => {
    expect(readPackage({ image: ["r/shop:1"] })).toEqual({ version: "1", image: "r/shop:1" });
    expect(readPackage({ image: ["web=r/shop:1", "side=r/side:7"] })).toEqual({
      version: "1",
      images: { web: "r/shop:1", side: "r/side:7" },
    });
    expect(() => readPackage({ image: ["=r/shop:1"] })).toThrow("<container>=<image>");
    expect(() => readPackage({ image: [""] })).toThrow("no image");
  });

  it("of any image and version that is accepted is one that the API accepts", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 40 }), fc.string({ maxLength: 20 }), (image, version) => {
        let read: unknown;
        try {
          read = readPackage({ image: [image], version });
        } catch {
          return;
        }
        expect(packageSpec.safeParse(read).success).toBe(true);
      }),
    );
  });

  it("gives every release a name that is a DNS label", () => {
    const plan = fc.stringMatching(/^[a-z][a-z0-9-]{0,38}[a-z0-9]$/);
    const version = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._+-]{0,127}$/);
    fc.assert(
      fc.property(plan, version, (p, v) => {
        expect(releaseName(p, v)).toMatch(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
      }),
    );
    expect(releaseName("shop", "1.4.0")).toBe("shop-1-4-0");
  });
});
