import { describe, expect, it } from "vitest";
import { err, ok } from "../../base/result.ts";
import { KubeError } from "../../kube/kube-error.ts";
import { readManifests } from "../compose/manifests.ts";
import { rightsOf } from "../doctor/rights.ts";
import { givesAll } from "./namespaced.ts";
import { obsoleteRights } from "./obsolete.ts";
import { withoutOthers } from "./others-rights.ts";
import { renderInstall } from "./render.ts";
import { CONTROLLER } from "./settings.ts";

const manifests = await readManifests();
const settings = { image: "bascule@sha256:1", namespace: "releases", args: [] };
const WATCHED = ["team-a", "team-b"];
const narrow = renderInstall(manifests, { ...settings, watchNamespaces: WATCHED });
const nameOf = ({ kind, metadata }: { kind: string; metadata: { name: string; namespace?: string } }) =>
  `${kind} ${metadata.namespace ?? ""}/${metadata.name}`;

describe("an installation for some namespaces", () => {
  it("gives the controller rights in these and in its own, and in no other", () => {
    expect(narrow.filter(givesAll)).toEqual([]);
    const rights = rightsOf(narrow);
    expect(new Set(rights.map(({ namespace }) => namespace))).toEqual(new Set([...WATCHED, "releases"]));
    for (const namespace of WATCHED) {
      expect(rights).toContainEqual({ group: "", resource: "pods", verb: "watch", namespace });
      expect(rights).toContainEqual({
        group: "",
        resource: "pods",
        subresource: "log",
        verb: "get",
        namespace,
      });
      // Its own alone has Secrets.
      expect(rights.filter((r) => r.resource === "secrets" && r.namespace === namespace)).toEqual([]);
    }
  });

  it("has every right of the cluster's that a Role can give, and asks of a namespace only for itself", () => {
    const ofCluster = new Set([
      "clusterverificationtemplates",
      "gatewayclasses",
      "clusterroles",
      "clusterrolebindings",
    ]);
    const wide = rightsOf(renderInstall(manifests, settings)).filter(
      (r) =>
        r.namespace === undefined &&
        !ofCluster.has(r.resource) &&
        !(r.resource === "namespaces" && r.verb !== "get"),
    );
    const here = rightsOf(narrow).filter(({ namespace }) => namespace === "team-a");
    expect(here).toEqual(wide.map((right) => ({ ...right, namespace: "team-a" })));
    expect(wide.length).toBeGreaterThan(40);
  });

  it("tells the controller, and leaves definitions, policies and the roles of people as they are", () => {
    expect(JSON.stringify(narrow.find(({ kind }) => kind === "Deployment"))).toContain(
      '"--watch-namespace=team-a,team-b"',
    );
    const kept = (objects: typeof narrow) =>
      objects.filter(({ kind }) => /Policy|Definition|ClusterRole$/.test(kind)).map(nameOf);
    const wide = kept(renderInstall(manifests, settings));
    expect(kept(narrow)).toEqual(wide.filter((name) => name !== `ClusterRole /${CONTROLLER}`));
  });
});

describe("rights that another installation left", () => {
  it("are those of the whole cluster, and those in namespaces that are looked after no more", () => {
    const now = { ...settings, watchNamespaces: ["team-a"] };
    const gone = obsoleteRights(manifests, now, WATCHED).map(nameOf);
    expect(gone).toContain(`ClusterRoleBinding /${CONTROLLER}`);
    expect(gone).toContain(`RoleBinding team-b/${CONTROLLER}`);
    expect(gone.filter((name) => / (team-a|releases)\//.test(name))).toEqual([]);
    expect(gone.filter((name) => name.startsWith("ClusterRole /"))).toEqual([`ClusterRole /${CONTROLLER}`]);
  });

  it("are none where nothing was different", () => {
    expect(obsoleteRights(manifests, settings, [])).toEqual([]);
  });

  it("are not those of a controller in another namespace, which has them by the same names", async () => {
    const obsolete = obsoleteRights(manifests, { ...settings, watchNamespaces: ["team-a"] }, ["team-b"]);
    const live = (system: string) =>
      new Map(
        renderInstall(manifests, { ...settings, namespace: system }).map((object) => [
          nameOf(object),
          object,
        ]),
      );
    const leftOf = async (system: string): Promise<readonly string[]> => {
      const get = async ({ kind }: { kind: string }, { name }: { name: string }) => {
        const value = live(system).get(`${kind} /${name}`);
        return value === undefined ? err(new KubeError({ kind: "notFound", message: name })) : ok(value);
      };
      const cluster = { client: { get } as never };
      return (await withoutOthers(cluster, obsolete, settings.namespace)).map(nameOf);
    };
    expect(await leftOf(settings.namespace)).toEqual(obsolete.map(nameOf));
    const left = await leftOf("bascule-system");
    expect(left).toContain(`RoleBinding team-b/${CONTROLLER}`);
    expect(left.filter((name) => name.startsWith("ClusterRole"))).toEqual([]);
  });
});
