import { beforeAll, describe, expect, test } from "vitest";
import { readManifests } from "../../src/cli/compose/manifests.ts";
import { type Right, rightsOf } from "../../src/cli/doctor/rights.ts";
import { CONTROLLER, SYSTEM_NAMESPACE } from "../../src/cli/install/settings.ts";
import { LEASES } from "../../src/kube/lease-record.ts";
import { TYPES } from "../../src/world/types.ts";
import { openCluster, readClusterName } from "../cluster/index.ts";
import { readUses, refused, type Use, unused } from "../lab/rights.ts";

/**
 * The controller's rights against what it asked for in a whole run of the end-to-end tests, which runs it as the service account of the
 * installation. Only a run that says when it began can be judged: `make test-e2e`.
 */
const since = process.env.BASCULE_RIGHTS_SINCE;
const names = (process.env.BASCULE_CLUSTERS ?? "").split(",").filter((name) => name !== "");
const logs = (
  await Promise.all(names.map((name) => openCluster(readClusterName(name)).catch(() => undefined)))
)
  .map((cluster) => cluster?.auditLog)
  .filter((log) => log !== undefined);

/** Rights that no request shows: admission policies ask for them while they look at another one. */
const ASKED_BY_POLICIES: readonly Right[] = [
  { group: "bascule.dev", resource: "verifications", verb: "edit" },
  { group: "bascule.dev", resource: "releaseplans", subresource: "finalizers", verb: "update" },
  { group: "bascule.dev", resource: "releases", subresource: "finalizers", verb: "update" },
];
/** Rights that only a race needs: what is read again after a write that met a conflict, or whose answer was lost. */
const NEEDED_IN_RACES: readonly Right[] = [
  { group: "gateway.networking.k8s.io", resource: "httproutes", verb: "get" },
  ...["releaseplans", "releases", "verifications"].map((resource) => ({
    group: "bascule.dev",
    resource,
    verb: "get",
  })),
];
/** Lists in pages: now and then to audit a watch, and where the API server streams none. Runs are shorter, and it does. */
const NEEDED_BY_AUDITS: readonly Right[] = [...Object.values(TYPES), LEASES].map(({ group, plural }) => ({
  group,
  resource: plural,
  verb: "list",
}));
const nameOf = ({ verb, resource, group, subresource = "" }: Right): string =>
  `${verb} ${resource}.${group}/${subresource}`;

describe.skipIf(since === undefined || logs.length === 0)("in a whole run of the end-to-end tests", () => {
  const uses: Use[] = [];
  let given: readonly Right[] = [];
  beforeAll(async () => {
    const user = `system:serviceaccount:${SYSTEM_NAMESPACE}:${CONTROLLER}`;
    for (const log of logs) uses.push(...(await readUses(log, user, since ?? "")));
    given = rightsOf(await readManifests());
  });

  test("the controller was seen at work", () => {
    expect(uses.length).toBeGreaterThan(50);
  });

  test("the controller lacked no right", () => {
    expect([...new Set(refused(given, uses).map(nameOf))]).toEqual([]);
  });

  test("the controller used every verb that its roles give", () => {
    const excused = new Set([...ASKED_BY_POLICIES, ...NEEDED_IN_RACES, ...NEEDED_BY_AUDITS].map(nameOf));
    const idle = unused(given, uses).map(nameOf);
    expect([...new Set(idle)].filter((name) => !excused.has(name))).toEqual([]);
  });
});

test("what no run has to show is given, and policies ask for their part", async () => {
  const manifests = await readManifests();
  const policies = JSON.stringify(manifests.filter(({ kind }) => kind === "ValidatingAdmissionPolicy"));
  expect(policies).toContain("variables.verification.check('edit')");
  expect(policies).toContain("subresource('finalizers')");
  const given = new Set(rightsOf(manifests).map(nameOf));
  for (const right of [...ASKED_BY_POLICIES, ...NEEDED_IN_RACES, ...NEEDED_BY_AUDITS])
    expect(given).toContain(nameOf(right));
});
