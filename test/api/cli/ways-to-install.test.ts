import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { canonicalJson } from "../../../src/base/json.ts";
import { readManifests } from "../../../src/cli/compose/manifests.ts";
import { type Manifest, renderInstall } from "../../../src/cli/install/render.ts";
import { PASSPHRASE_SECRET, SYSTEM_NAMESPACE } from "../../../src/cli/install/settings.ts";
import { createProgress } from "../../cluster/lib/progress.ts";
import { HELM_FAMILY } from "../../cluster/programs/families.ts";
import { ensurePrograms, folderOf, readPrograms } from "../../cluster/programs.ts";
import { ROOT, readYaml } from "../../lab/objects.ts";

/** kustomize (in kubectl) and Helm against `bascule install`: the same objects, whatever way they come. No API server is asked. */
const IMAGE = "registry.example.com/bascule@sha256:1";
const WATCHED = ["team-a", "team-b"];
const CHART = join(ROOT, "charts/bascule");
let helm: string;
let manifests: readonly Manifest[];
let overlay: string;

beforeAll(async () => {
  await ensurePrograms(createProgress(process.stderr), [HELM_FAMILY]);
  helm = join(folderOf(HELM_FAMILY), "helm");
  manifests = await readManifests();
  overlay = mkdtempSync(join(tmpdir(), "bascule-overlay-"));
}, 1_200_000);
afterAll(() => rmSync(overlay, { recursive: true, force: true }));

const byName = (objects: readonly Manifest[]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    objects
      .map(({ kind, metadata, ...rest }): readonly [string, string] => [
        `${kind} ${metadata.namespace ?? ""}/${metadata.name}`,
        canonicalJson({ ...rest, labels: metadata.labels, annotations: metadata.annotations }),
      ])
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
const installed = (watchNamespaces: readonly string[], image = IMAGE): readonly Manifest[] =>
  renderInstall(manifests, { image, namespace: SYSTEM_NAMESPACE, watchNamespaces, args: [] });

/** More than the definitions take. */
const LARGE = { maxBuffer: 2 ** 26, timeout: 60_000 };
const execute = promisify(execFile);
const outputOf = async (program: string, ...args: readonly string[]): Promise<readonly Manifest[]> =>
  readYaml((await execute(program, args, LARGE)).stdout, program);
const template = (...values: readonly string[]): Promise<readonly Manifest[]> =>
  outputOf(
    helm,
    "template",
    "bascule",
    CHART,
    "-n",
    SYSTEM_NAMESPACE,
    "--include-crds",
    "--set",
    `image=${IMAGE}`,
    ...values,
  );
/** The namespace is Helm's own, and the passphrase no other way's. */
const withoutNamespace = (objects: readonly Manifest[]) => objects.filter(({ kind }) => kind !== "Namespace");
const isPassphrase = ({ kind, metadata }: Manifest): boolean =>
  kind === "Secret" && metadata.name === PASSPHRASE_SECRET;

describe("the Helm chart", () => {
  test("passes Helm's own checks", async () => {
    const { stdout } = await execute(helm, ["lint", "--strict", CHART, "--set", `image=${IMAGE}`], LARGE);
    expect(stdout).toContain("0 chart(s) failed");
  });

  test.each([
    ["in all namespaces", []],
    ["in some", WATCHED],
  ])("renders to what bascule install applies, for plans %s", async (_, watched) => {
    const all = await template(
      ...(watched.length === 0 ? [] : ["--set", `watchNamespaces={${watched.join(",")}}`]),
    );
    expect(all.filter(isPassphrase)).toHaveLength(1);
    const rest = all.filter((object) => !isPassphrase(object));
    expect(byName(rest)).toEqual(byName(withoutNamespace(installed(watched))));
  });

  test("takes its other values into the Deployment", async () => {
    const set = "replicas=1,prometheus=http://p:9090,args={--log-level=debug},templates=false";
    const all = await template("--set", set);
    expect(all.filter(({ kind }) => kind === "ClusterVerificationTemplate")).toEqual([]);
    const [deployment] = all.filter(({ kind }) => kind === "Deployment");
    expect(deployment?.spec).toMatchObject({
      replicas: 1,
      template: {
        spec: {
          containers: [{ args: expect.arrayContaining(["--prometheus=http://p:9090", "--log-level=debug"]) }],
        },
      },
    });
  });

  test("brings programs of one's own as bascule install does, under other names", async () => {
    const files = { "index.ts": 'export default "{{ no template }}";\n', "lib/pod.ts": "// a pod\n" };
    const flags = Object.entries(files).flatMap(([path, text]) => {
      const file = join(overlay, path.replace("/", "-"));
      writeFileSync(file, text);
      return ["--set-file", `programs.own-web.${path.replace(".", "\\.")}=${file}`];
    });
    const all = (await template(...flags)).filter((object) => !isPassphrase(object));
    const programs = [{ name: "own-web", digest: "sha256:0123456789", files }];
    const wanted = renderInstall(manifests, {
      image: IMAGE,
      namespace: SYSTEM_NAMESPACE,
      args: [],
      programs,
    });
    const [, digest = "none"] = JSON.stringify(all).match(/bascule-program-own-web-([0-9a-f]{10})"/) ?? [];
    const renamed = JSON.parse(JSON.stringify(all).replaceAll(digest, "0123456789")) as readonly Manifest[];
    expect(byName(renamed)).toEqual(byName(withoutNamespace(wanted)));
    const [changed] = (await template(...flags.slice(2))).filter(({ kind }) => kind === "ConfigMap");
    expect(changed?.metadata.name).not.toContain(digest);
  });

  test("can't be installed without an image", async () => {
    await expect(execute(helm, ["template", "bascule", CHART], LARGE)).rejects.toThrow(
      /name the controller's image/,
    );
  });
});

describe("the kustomization", () => {
  const kustomize = (folder: string): Promise<readonly Manifest[]> =>
    outputOf(readPrograms().kubectl, "kustomize", "--load-restrictor=LoadRestrictionsNone", folder);
  /** Check templates are applied beside it. */
  const inKustomization = ({ kind }: Manifest): boolean => kind !== "ClusterVerificationTemplate";
  const image = "bascule:0.1.0";

  test("builds what bascule install applies", async () => {
    const wanted = installed([], image).filter(inKustomization);
    expect(byName(await kustomize(join(ROOT, "manifests")))).toEqual(byName(wanted));
  });

  test("builds the same with the component for plans in some namespaces", async () => {
    const put = (path: string, value: unknown): void => {
      mkdirSync(join(overlay, path));
      writeFileSync(join(overlay, path, "kustomization.yaml"), JSON.stringify(value));
    };
    const source = relative(join(overlay, "all"), join(ROOT, "manifests"));
    for (const namespace of WATCHED)
      put(namespace, { namespace, resources: [`${source}/namespaced/rights`] });
    const op = "add";
    const path = "/spec/template/spec/containers/0/args/-";
    const patch = [{ op, path, value: `--watch-namespace=${WATCHED.join(",")}` }];
    put("all", {
      resources: [source, ...WATCHED.map((namespace) => `../${namespace}`)],
      components: [`${source}/namespaced`],
      patches: [{ target: { kind: "Deployment", name: "bascule-controller" }, patch: JSON.stringify(patch) }],
    });
    const wanted = installed(WATCHED, image).filter(inKustomization);
    expect(byName(await kustomize(join(overlay, "all")))).toEqual(byName(wanted));
  });
});
