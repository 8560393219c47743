import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { minutes, renderDuration } from "../../src/base/duration.ts";
import type { Programs } from "./cluster.ts";
import { ClusterError } from "./errors.ts";
import { withLock } from "./lib/lock.ts";
import type { Progress } from "./lib/progress.ts";
import { run } from "./lib/run.ts";
import { cacheKey, cacheRoot } from "./programs/cache-key.ts";
import { FAMILIES, type Family, type FamilyName, renderBuildArgs } from "./programs/families.ts";
import { requireGo } from "./programs/go.ts";

const MODULES = join(import.meta.dirname, "programs");
const BUILD_ENV = { CGO_ENABLED: "0", GOFLAGS: "-buildvcs=false", GOWORK: "off" };
const GATEWAY_API = "sigs.k8s.io/gateway-api";

/** The folder that holds (or will hold) a family's programs; its name changes with every input of the build. */
export function folderOf(family: Family): string {
  const module = join(MODULES, family.name);
  const files = ["go.mod", "go.sum", ...family.sources];
  const key = cacheKey({
    ...Object.fromEntries(files.map((file) => [file, readFileSync(join(module, file))])),
    args: renderBuildArgs(family).join("\n"),
    binaries: family.binaries.join("\n"),
    platform: `${process.platform}-${process.arch}`,
  });
  return join(cacheRoot(), "programs", `${family.name}-${key}`);
}

/** Whether nothing has to be built for this family. */
export const isBuilt = (family: Family): boolean => existsSync(folderOf(family));

/** The provider embeds its schema, which its module ships without a version. */
async function writeProviderSchema(source: string): Promise<void> {
  const module = "github.com/pulumi/pulumi-kubernetes/provider/v4";
  await run("go", ["mod", "download", module], { cwd: source, deadline: minutes(30) });
  const folder = (await run("go", ["list", "-m", "-f", "{{.Dir}}", module], { cwd: source })).trim();
  const file = join(folder, "cmd", "pulumi-resource-kubernetes", "schema.json");
  const schema = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
  writeFileSync(join(source, "schema.json"), JSON.stringify({ ...schema, version: "4.18.2" }));
}

async function build(family: Family): Promise<void> {
  const target = folderOf(family);
  mkdirSync(join(target, ".."), { recursive: true });
  const source = mkdtempSync(join(tmpdir(), `bascule-${family.name}-`));
  const unfinished = mkdtempSync(`${target}.unfinished-`);
  try {
    for (const file of ["go.mod", "go.sum", ...family.sources])
      cpSync(join(MODULES, family.name, file), join(source, file));
    if (family.name === "pulumi-kubernetes") await writeProviderSchema(source);
    const output =
      family.target === "tool" ? `${unfinished}/` : join(unfinished, family.binaries[0] ?? family.name);
    await run("go", [...renderBuildArgs(family), "-o", output, family.target], {
      cwd: source,
      env: BUILD_ENV,
      deadline: minutes(90),
    });
    const missing = family.binaries.filter((binary) => !readdirSync(unfinished).includes(binary));
    if (missing.length > 0)
      throw new ClusterError("failed", `go build of ${family.name} made no ${missing.join(", ")}`);
    renameSync(unfinished, target);
  } finally {
    rmSync(source, { recursive: true, force: true });
    rmSync(unfinished, { recursive: true, force: true });
  }
}

/** Builds what is not in the cache yet, one family after the other: each of them uses all cores by itself. */
export async function ensurePrograms(
  progress: Progress,
  families: readonly Family[] = FAMILIES,
): Promise<void> {
  const open = families.filter((family) => !isBuilt(family));
  if (open.length === 0) return;
  await requireGo();
  const total = open.reduce((sum, family) => sum + family.estimate, 0);
  progress.note(
    `building ${open.map((f) => f.name).join(", ")} once, about ${renderDuration(minutes(Math.ceil(total / 60_000)))} on two cores without Go's cache`,
  );
  for (const family of open) {
    const title = `build ${family.name} (up to about ${renderDuration(family.estimate)})`;
    await withLock(
      `${folderOf(family)}.lock`,
      () => (isBuilt(family) ? Promise.resolve() : progress.step(title, () => build(family))),
      minutes(90),
    );
  }
}

/** Path of a built program. @throws ClusterError `missing` when the family was not built. */
export function programPath(name: FamilyName, binary: string): string {
  const family = FAMILIES.find((f) => f.name === name);
  const file = family && join(folderOf(family), binary);
  if (file && existsSync(file)) return file;
  throw new ClusterError("missing", `${binary} is not built yet; run: node test/cluster/main.ts build`);
}

/** Where users of a cluster find the programs; the paths exist once the families are built. */
export function readPrograms(): Programs {
  const folder = (name: FamilyName): string => folderOf(FAMILIES.find((f) => f.name === name) as Family);
  return {
    kubectl: join(folder("kubernetes"), "kubectl"),
    pulumi: join(folder("pulumi"), "pulumi"),
    pulumiKubernetes: join(folder("pulumi-kubernetes"), "pulumi-resource-kubernetes"),
    path: [folder("kubernetes"), folder("pulumi"), folder("pulumi-kubernetes")].join(delimiter),
  };
}

/** The folder with the standard Gateway API CRDs, downloaded as a Go module and verified by its checksum. */
export async function gatewayApiCrds(): Promise<string> {
  const cwd = join(MODULES, "gateway-api");
  const answer = await run("go", ["mod", "download", "-json", GATEWAY_API], {
    cwd,
    env: BUILD_ENV,
    deadline: minutes(5),
  });
  const { Dir } = JSON.parse(answer) as { readonly Dir: string };
  return join(Dir, "config", "crd", "standard");
}
