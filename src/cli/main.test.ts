import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EXIT } from "./exit-codes.ts";

const MAIN = join(import.meta.dirname, "main.ts");
const run = promisify(execFile);

/** Writes the address of every module that is loaded to a file. */
const recorder = (file: string): string => `
import { appendFileSync } from "node:fs";
import { registerHooks } from "node:module";
registerHooks({ load(url, context, next) { appendFileSync(${JSON.stringify(file)}, url + "\\n"); return next(url, context); } });
`;

describe("the program", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "bascule-cli-main-"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it("answers --help without loading the client, the schemas, Pulumi or YAML", async () => {
    const [list, hook] = [join(folder, "loaded"), join(folder, "hook.mjs")];
    await writeFile(hook, recorder(list));
    const { stdout } = await run(process.execPath, ["--import", hook, MAIN, "--help"]);
    expect(stdout).toContain("accept-live");
    const loaded = await readFile(list, "utf8");
    expect(loaded).toContain("node_modules/commander/");
    for (const heavy of [
      "@kubernetes/client-node",
      "undici",
      "zod",
      "@pulumi",
      "/yaml/",
      "src/kube/client.ts",
    ])
      expect(loaded, heavy).not.toContain(heavy);
  });

  it("tells its version, and ends with 2 or 8 before it has a cluster", async () => {
    const { version } = JSON.parse(
      await readFile(join(import.meta.dirname, "../../package.json"), "utf8"),
    ) as {
      version: string;
    };
    const { stdout } = await run(process.execPath, [MAIN, "--version"]);
    expect(stdout.trim()).toBe(version);
    const failure = async (...args: readonly string[]): Promise<{ code: unknown; stderr: string }> =>
      run(process.execPath, [MAIN, ...args]).then(
        () => ({ code: 0, stderr: "" }),
        (error: { code: unknown; stderr: string }) => error,
      );
    expect(await failure("wait")).toMatchObject({ code: EXIT.usage });
    const none = await failure("--kubeconfig", join(folder, "none"), "status");
    expect(none.code).toBe(EXIT.unreachable);
    expect(none.stderr).toMatch(/^bascule: the kubeconfig .*none can't be read \(ENOENT\)\n$/);
  });
});
