/** The roles for people: none of them writes statuses, finalizers or Secrets, or stands for somebody else. */
import { expect, test } from "vitest";
import { readManifests } from "../../../src/cli/compose/manifests.ts";

interface Role {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly rules?: readonly {
    readonly apiGroups?: readonly string[];
    readonly resources?: readonly string[];
    readonly verbs?: readonly string[];
  }[];
}
const roles = ((await readManifests()) as unknown as readonly Role[]).filter(({ kind }) =>
  /Role$/.test(kind),
);
const rulesOf = ({ rules = [] }: Role) => rules;
const people = roles.filter(({ metadata }) =>
  /-(viewer|editor|operator|aborter|answerer|auditor)$/.test(metadata.name),
);

test("there are six roles for people", () => {
  expect(people).toHaveLength(6);
});

test("no role holds everything of anything, escalates, binds or impersonates", () => {
  for (const role of roles)
    for (const { apiGroups = [], resources = [], verbs = [] } of rulesOf(role)) {
      expect([...apiGroups, ...resources, ...verbs], role.metadata.name).not.toContain("*");
      for (const verb of ["escalate", "bind", "impersonate"])
        expect(verbs, role.metadata.name).not.toContain(verb);
    }
});

test.each(people.map((role) => [role.metadata.name, role] as const))(
  "%s writes no status and no finalizer, and reads no Secret",
  (_name, role) => {
    for (const { apiGroups = [], resources = [] } of rulesOf(role)) {
      expect(resources.filter((resource) => resource.includes("/"))).toEqual([]);
      if (apiGroups.includes("")) expect(resources).toEqual(["configmaps"]);
    }
  },
);

test("only the controller may change the finalizers of releases, by which its own writes are told", () => {
  const holders = roles.filter((role) =>
    rulesOf(role).some(({ resources = [] }) => resources.includes("releases/finalizers")),
  );
  expect(holders.map(({ metadata }) => metadata.name)).toEqual(["bascule-controller"]);
});
