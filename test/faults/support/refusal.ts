/** An admission policy that refuses what gateways write into the status of the routes of one namespace. */
import { seconds } from "../../../src/base/duration.ts";
import { waitUntil } from "../../cluster/lib/wait.ts";
import { type AnyObject, KIND, typeOf } from "../../lab/kinds.ts";
import type { Objects } from "../../lab/objects.ts";

const API = "admissionregistration.k8s.io";
const NAME = "faults-refuse-reports";

const policy = (namespace: string): AnyObject => ({
  apiVersion: `${API}/v1`,
  kind: "ValidatingAdmissionPolicy",
  metadata: { name: NAME },
  spec: {
    matchConstraints: {
      namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
      resourceRules: [
        {
          apiGroups: ["gateway.networking.k8s.io"],
          apiVersions: ["v1"],
          operations: ["UPDATE"],
          resources: ["httproutes/status"],
        },
      ],
    },
    validations: [{ expression: "false", message: "a test refuses reports" }],
  },
});

const binding: AnyObject = {
  apiVersion: `${API}/v1`,
  kind: "ValidatingAdmissionPolicyBinding",
  metadata: { name: NAME },
  spec: { policyName: NAME, validationActions: ["Deny"] },
};

/** Returns when the refusal is at work; `end` returns when it no longer is. */
export async function refuseReports(
  objects: Objects,
  namespace: string,
  route: string,
): Promise<{ end(): Promise<void> }> {
  const refused = async (): Promise<boolean> => {
    const options = { subresource: "status", dryRun: true, deadline: seconds(5) } as const;
    const patch = { status: { parents: [] } };
    return !(await objects.client.mergePatch(KIND.route, { name: route, namespace }, patch, options)).ok;
  };
  const wait = { deadline: seconds(60), every: seconds(0.2) };
  await objects.apply(policy(namespace));
  await objects.apply(binding);
  await waitUntil("reports are refused", refused, wait);
  return {
    async end() {
      for (const object of [binding, policy(namespace)])
        await objects.remove(typeOf(object), object.metadata);
      await waitUntil("reports are taken again", async () => !(await refused()), wait);
    },
  };
}
