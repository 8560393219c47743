/** A folder of files and how a container starts with it; `environment` alone makes a variant of a base. */
export type Image = {
  readonly tag: string;
  /** Another image of this list, or nothing for an empty file system. */
  readonly base?: string;
  /** Source on the host → place in the image; libraries that programs need are added. */
  readonly files?: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly entrypoint?: readonly string[];
  readonly workingDir?: string;
};

/** Non-root and numeric, so that `runAsNonRoot` can be checked. */
export const IMAGE_USER = "65532:65532";

const shop = (tag: string, environment: Readonly<Record<string, string>>): Image => ({
  tag: `localhost/shop:${tag}`,
  base: "localhost/shop:base",
  environment: { SHOP_VERSION: tag, ...environment },
});

/** Every image of the local cluster. All variants of the shop share the layers of one base. */
export function imagesOf(node: string, shopServer: string): readonly Image[] {
  return [
    { tag: "localhost/pause:1", files: { "/usr/bin/catatonit": "/pause" }, entrypoint: ["/pause", "-P"] },
    {
      tag: "localhost/busybox:1",
      files: { "/bin/busybox": "/bin/busybox" },
      environment: { PATH: "/bin" },
      entrypoint: [],
    },
    { tag: "localhost/node:24", files: { [node]: "/usr/bin/node" }, entrypoint: ["/usr/bin/node"] },
    {
      tag: "localhost/shop:base",
      base: "localhost/node:24",
      files: { [shopServer]: "/app/server.ts" },
      environment: { NODE_ENV: "production" },
      entrypoint: ["/usr/bin/node", "/app/server.ts"],
      workingDir: "/app",
    },
    shop("v0", {}),
    shop("v1", {}),
    shop("v2", {}),
    shop("v3", {}),
    shop("v4", { SHOP_FAIL_RATIO: "0.3" }),
    shop("slow", { SHOP_LATENCY: "400ms" }),
    shop("crash", { SHOP_CRASH: "1" }),
  ];
}
