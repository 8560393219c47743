import type { AnyObject } from "../../lab/kinds.ts";
import { type SigningKey, signatureLine, signingKey } from "../../support/signed-image.ts";
import type { Family } from "../mutant.ts";

const SIGNED = "localhost/node:24";
const UNSIGNED = "localhost/shop:v1";
/** Signed by somebody else. */
const FORGED = "localhost/shop:v2";
const ours = signingKey();
const foreign = signingKey();

/** What the pods may do, what they run, and what they open. */
export const SECURITY: Family = {
  checks: () => [
    { name: "pod-security", podSecurity: { level: "restricted" } },
    { name: "rights", rights: {} },
    { name: "ports", ports: {} },
    {
      name: "access",
      access: {
        interval: "250ms",
        identities: [{ name: "viewer", secretRef: { name: "viewer", key: "token" } }],
        requests: [
          { path: "/admin" },
          { path: "/admin", method: "DELETE", as: "viewer" },
          { path: "/account", as: "viewer", expect: [200] },
          { path: "/account" },
        ],
      },
    },
    { name: "headers", headers: { path: "/login", interval: "250ms" } },
    { name: "logs", logs: { expect: ['"message":"audit"'], within: "8s", interval: "500ms" } },
    {
      name: "image",
      image: {
        byDigest: "running",
        registries: ["localhost/node", "localhost/shop"],
        signedBy: { publicKeys: [ours.pem], configMap: "signatures" },
      },
    },
  ],
  objects: (namespace, images) => [
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "signatures", namespace },
      data: { node: signatureOf(images, SIGNED, ours), shop: signatureOf(images, FORGED, foreign) },
    },
    {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "viewer", namespace, labels: { "bascule.dev/credentials-for": "checks" } },
      stringData: { token: "token-of-the-viewer" },
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
    {
      name: "unsigned-image",
      wrong: "an image of its pod is signed by nobody",
      change: (deployment) => withSidecar(deployment, UNSIGNED),
      caughtBy: "image",
      reason: "Unsigned",
    },
    {
      name: "forged-image",
      wrong: "an image of its pod is signed with another key",
      change: (deployment) => withSidecar(deployment, FORGED),
      caughtBy: "image",
      reason: "BadSignature",
    },
    {
      name: "extra-cluster-role",
      wrong: "a ClusterRole is bound to its service account",
      objects: ({ namespace }) => boundAccount(namespace, "extra-cluster-role", "view"),
      change: (deployment) =>
        inPod(deployment, (spec) => ({ ...spec, serviceAccountName: "extra-cluster-role" })),
      caughtBy: "rights",
      reason: "RightsAdded",
    },
    {
      name: "extra-role",
      wrong: "a Role of its namespace is bound to its service account",
      objects: ({ namespace }) => accountWithRole(namespace, "extra-role"),
      change: (deployment) => inPod(deployment, (spec) => ({ ...spec, serviceAccountName: "extra-role" })),
      caughtBy: "rights",
      reason: "RightsAdded",
    },
    {
      name: "extra-capability",
      wrong: "its container has a capability more",
      change: (deployment) =>
        inPod(deployment, ({ containers, ...spec }) => ({
          ...spec,
          containers: list(containers).map((container) => ({
            ...container,
            securityContext: {
              allowPrivilegeEscalation: false,
              capabilities: { drop: ["ALL"], add: ["NET_BIND_SERVICE"] },
            },
          })),
        })),
      caughtBy: "rights",
      reason: "CapabilityAdded",
    },
    {
      name: "extra-secret",
      wrong: "its pod mounts a Secret more",
      change: (deployment) =>
        inPod(deployment, ({ volumes, ...spec }) => ({
          ...spec,
          volumes: [...list(volumes), { name: "keys", secret: { secretName: "keys", optional: true } }],
        })),
      caughtBy: "rights",
      reason: "SecretAdded",
    },
    {
      name: "open-port",
      wrong: "it listens on a debugger's port",
      mutation: "open-port",
      caughtBy: "ports",
      reason: "UnexpectedPort",
    },
    {
      name: "dropped-auth",
      wrong: "its administration asks nobody for credentials",
      mutation: "dropped-auth",
      caughtBy: "access",
      reason: "AccessAllowed",
    },
    {
      name: "dropped-roles",
      wrong: "its administration obeys everybody who has credentials",
      mutation: "dropped-roles",
      caughtBy: "access",
      reason: "AccessAllowed",
    },
    {
      name: "missing-security-header",
      wrong: "its log-in page may be framed by anybody",
      mutation: "missing-security-header",
      caughtBy: "headers",
      reason: "MissingHeader",
    },
    {
      name: "telling-header",
      wrong: "it tells the version of its server",
      mutation: "telling-header",
      caughtBy: "headers",
      reason: "ForbiddenHeader",
    },
    {
      name: "weak-cookie",
      wrong: "scripts can read its session's cookie",
      mutation: "weak-cookie",
      caughtBy: "headers",
      reason: "WeakCookie",
    },
    {
      name: "leaking-log",
      wrong: "it logs a password",
      mutation: "leaking-log",
      caughtBy: "logs",
      reason: "SecretInLog",
    },
    {
      name: "tracing-log",
      wrong: "it logs a stack trace",
      mutation: "tracing-log",
      caughtBy: "logs",
      reason: "StackTrace",
    },
    {
      name: "silent-log",
      wrong: "its audit log is not written",
      mutation: "silent-log",
      caughtBy: "logs",
      reason: "LineMissing",
    },
  ],
};

/** How Node waits for nothing, in an image that has it. */
const IDLE = ["/usr/bin/node", "-e", "setInterval(() => {}, 60_000)"];

type PodSpec = Readonly<Record<string, unknown>>;

const list = (value: unknown): readonly object[] => (Array.isArray(value) ? value : []);

/** The Deployment with another specification of its pod. */
function inPod(deployment: AnyObject, change: (spec: PodSpec) => PodSpec): AnyObject {
  const { template, ...spec } = deployment.spec;
  return { ...deployment, spec: { ...spec, template: { ...template, spec: change(template.spec) } } };
}

function signatureOf(images: ReadonlyMap<string, string>, tag: string, key: SigningKey): string {
  const digest = images.get(tag);
  if (digest === undefined) throw new Error(`the cluster has no image ${tag}`);
  return signatureLine(digest, key);
}

/** The Deployment with a container beside its own that does nothing. */
const withSidecar = (deployment: AnyObject, image: string): AnyObject =>
  inPod(deployment, ({ containers, ...spec }) => ({
    ...spec,
    containers: [...list(containers), sidecar(image, IDLE)],
  }));

/** A container beside the service, as hardened as the service itself. */
const sidecar = (image: string, command: readonly string[]): object => ({
  name: "sidecar",
  image,
  command,
  securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
});

/** A service account of that name, and a ClusterRole that is bound to it. */
const boundAccount = (namespace: string, name: string, role: string): readonly AnyObject[] => [
  { apiVersion: "v1", kind: "ServiceAccount", metadata: { name, namespace } },
  {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRoleBinding",
    metadata: { name: `mutants-${name}` },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: role },
    subjects: [{ kind: "ServiceAccount", name, namespace }],
  },
];

/** A service account of that name, and a Role of that name which may read ConfigMaps. */
const accountWithRole = (namespace: string, name: string): readonly AnyObject[] => {
  const metadata = { name, namespace };
  const apiVersion = "rbac.authorization.k8s.io/v1";
  return [
    { apiVersion: "v1", kind: "ServiceAccount", metadata },
    {
      apiVersion,
      kind: "Role",
      metadata,
      rules: [{ apiGroups: [""], resources: ["configmaps"], verbs: ["get"] }],
    },
    {
      apiVersion,
      kind: "RoleBinding",
      metadata,
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name },
      subjects: [{ kind: "ServiceAccount", ...metadata }],
    },
  ];
};
