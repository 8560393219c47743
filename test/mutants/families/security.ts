import type { AnyObject } from "../../lab/kinds.ts";
import type { Family } from "../mutant.ts";

/** What the pods may do and what they run. */
export const SECURITY: Family = {
  checks: () => [
    { name: "pod-security", podSecurity: { level: "restricted" } },
    {
      name: "image",
      image: { byDigest: "running", registries: ["localhost/node", "localhost/pause"] },
    },
  ],
  mutants: [
    {
      name: "unconfined",
      wrong: "its pod mounts a folder of the node",
      change: (deployment) =>
        inPod(deployment, ({ volumes, ...spec }) => ({
          ...spec,
          volumes: [...list(volumes), { name: "logs", hostPath: { path: "/var/log" } }],
        })),
      caughtBy: "pod-security",
      reason: "PodSecurityViolated",
    },
    {
      name: "foreign-image",
      wrong: "an image of its pod comes from elsewhere",
      change: (deployment) =>
        inPod(deployment, ({ containers, ...spec }) => ({
          ...spec,
          containers: [...list(containers), sidecar("localhost/busybox:1", ["sleep", "3600"])],
        })),
      caughtBy: "image",
      reason: "ForbiddenRegistry",
    },
  ],
};

type PodSpec = Readonly<Record<string, unknown>>;

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** The Deployment with another specification of its pod. */
function inPod(deployment: AnyObject, change: (spec: PodSpec) => PodSpec): AnyObject {
  const { template, ...spec } = deployment.spec;
  return { ...deployment, spec: { ...spec, template: { ...template, spec: change(template.spec) } } };
}

/** A container beside the service, as hardened as the service itself. */
const sidecar = (image: string, command: readonly string[]): object => ({
  name: "sidecar",
  image,
  command,
  securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
});
