import { type Duration, minutes } from "../base/duration.ts";
import type { KubeClient } from "../kube/client.ts";
import type { KubeObject } from "../kube/kube-object.ts";
import { resourceType } from "../kube/resources.ts";

interface TokenRequest extends KubeObject {
  readonly spec: { readonly expirationSeconds: number };
  readonly status?: { readonly token: string };
}

const SERVICE_ACCOUNTS = resourceType<TokenRequest>({
  group: "",
  version: "v1",
  kind: "ServiceAccount",
  plural: "serviceaccounts",
  namespaced: true,
});

/** Where the API server is for those who get a token. */
export interface ClusterAddress {
  readonly server: string;
  /** PEM of its certificate authority; the system's ones without it. */
  readonly ca?: string;
}

/** The API server issues none for less than ten minutes. */
const LIFETIME = minutes(30);

/**
 * Asks for short-lived tokens with the controller's own rights (`create` on `serviceaccounts/token`).
 * The function throws the KubeError of a refusal: its `kind` says whether the service account is missing.
 */
export const serviceAccountTokens =
  (client: KubeClient, address: ClusterAddress, lifetime: Duration = LIFETIME) =>
  async (account: { readonly namespace: string; readonly name: string }): Promise<string> => {
    const answer = await client.create(
      SERVICE_ACCOUNTS,
      {
        apiVersion: "authentication.k8s.io/v1",
        kind: "TokenRequest",
        metadata: account,
        spec: { expirationSeconds: Math.round(lifetime / 1000) },
      },
      // Nothing is stored: one token too many does no harm.
      { subresource: "token", repeatable: true },
    );
    if (!answer.ok) throw answer.error;
    const token = answer.value.status?.token;
    if (token === undefined) throw new Error("the API server's answer holds no token");
    return renderKubeconfig(address, token, account.namespace);
  };

/** A kubeconfig with everything inline. */
export function renderKubeconfig(address: ClusterAddress, token: string, namespace: string): string {
  const ca =
    address.ca === undefined
      ? {}
      : { "certificate-authority-data": Buffer.from(address.ca).toString("base64") };
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "bascule",
    contexts: [{ name: "bascule", context: { cluster: "bascule", user: "bascule", namespace } }],
    clusters: [{ name: "bascule", cluster: { server: address.server, ...ca } }],
    users: [{ name: "bascule", user: { token } }],
  });
}
