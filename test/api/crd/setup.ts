import { afterAll, beforeAll } from "vitest";
import { Installation } from "./installed.ts";
import { People } from "./people.ts";

/**
 * Set-up of a test file: the CRDs, with `policies` also policies and roles before them, and a namespace of the file's
 * own; what was not there before is taken out at the end.
 */
export function setUp(options: { readonly policies?: boolean } = {}): {
  readonly people: People;
  readonly cluster: Installation;
} {
  const people = new People();
  const cluster = new Installation(people.admin);
  beforeAll(async () => {
    if (options.policies === true) await cluster.policiesAndRoles();
    await cluster.customResources();
    await cluster.ownNamespace();
  });
  afterAll(async () => {
    await cluster.remove();
    await people.close();
  });
  return { people, cluster };
}
