import { seconds } from "../base/duration.ts";
import type { KubeClient } from "../kube/client.ts";
import type { Credentials } from "../kube/credentials.ts";
import type { KubeObject } from "../kube/kube-object.ts";
import { resourceType } from "../kube/resources.ts";

const SERVICE_ACCOUNTS = resourceType({
  group: "",
  version: "v1",
  kind: "ServiceAccount",
  plural: "serviceaccounts",
  namespaced: true,
});

/** Life of a token: an operation's deadline is below it, and the API server gives no shorter one. */
const LIFETIME_SECONDS = 3_600;

/**
 * Kubeconfigs with a short-lived token of a plan's service account: stacks are applied with its rights, never
 * with the controller's.
 */
export const stackTokens =
  (client: KubeClient, credentials: Credentials) =>
  async (account: { readonly namespace: string; readonly name: string }): Promise<string> => {
    const request = {
      apiVersion: "authentication.k8s.io/v1",
      kind: "TokenRequest",
      metadata: { name: account.name, namespace: account.namespace },
      spec: { expirationSeconds: LIFETIME_SECONDS },
    } as unknown as KubeObject;
    const answer = await client.create(SERVICE_ACCOUNTS, request, {
      subresource: "token",
      deadline: seconds(10),
    });
    if (!answer.ok) {
      const { kind } = answer.error;
      const why =
        kind === "notFound"
          ? `ServiceAccount ${account.namespace}/${account.name} does not exist; create it, or name another in spec.stack.serviceAccountName`
          : answer.error.message;
      throw Object.assign(new Error(why, { cause: answer.error }), {
        kind: kind === "notFound" ? "forbidden" : kind,
      });
    }
    const { status } = answer.value as KubeObject & { readonly status?: { readonly token?: string } };
    const { tls } = await credentials.access();
    return JSON.stringify(kubeconfig(credentials.server, tls.ca, tls.verify, status?.token ?? ""));
  };

function kubeconfig(server: string, ca: string | Buffer | undefined, verify: boolean, token: string) {
  const cluster = {
    server,
    ...(ca === undefined ? {} : { "certificate-authority-data": Buffer.from(ca).toString("base64") }),
    ...(verify ? {} : { "insecure-skip-tls-verify": true }),
  };
  return {
    apiVersion: "v1",
    kind: "Config",
    "current-context": "bascule",
    clusters: [{ name: "bascule", cluster }],
    users: [{ name: "bascule", user: { token } }],
    contexts: [{ name: "bascule", context: { cluster: "bascule", user: "bascule" } }],
  };
}
