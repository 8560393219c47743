import { expect } from "vitest";
import type { Result } from "../../../src/base/result.ts";
import { KubeClient } from "../../../src/kube/client.ts";
import { type Credentials, loadCredentials } from "../../../src/kube/credentials.ts";
import type { KubeError } from "../../../src/kube/kube-error.ts";
import { resourceType } from "../../../src/kube/resources.ts";
import { Transport } from "../../../src/kube/transport.ts";
import { systemClock } from "../../../src/telemetry/system-clock.ts";

const ACCOUNT = resourceType({
  ...{ group: "", version: "v1", kind: "ServiceAccount", plural: "serviceaccounts", namespaced: true },
});
const FIELD_MANAGER = "bascule-crd-test";

/** The cluster of `KUBECONFIG`, as its administrator or as somebody else, and everything to close at the end. */
export class People {
  readonly #credentials: Credentials;
  readonly #transports: Transport[] = [];
  readonly admin: KubeClient;

  constructor() {
    if (!process.env.KUBECONFIG) throw new Error("set KUBECONFIG: these tests need a real API server");
    this.#credentials = loadCredentials();
    this.admin = this.#client({});
  }

  /** A client whose requests the API server takes for those of `user`, a member of `group`. */
  as(user: string, group?: string): KubeClient {
    return this.#client({
      "Impersonate-User": user,
      ...(group === undefined ? {} : { "Impersonate-Group": group }),
    });
  }

  /** A client with a token of a service account alone, which asks in the name of somebody else. */
  async accountAs(account: { readonly namespace: string; readonly name: string }, user: string) {
    const answer = accepted(
      await this.admin.create(
        ACCOUNT,
        {
          ...{ apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", metadata: account },
          spec: { expirationSeconds: 600 },
        } as never,
        { subresource: "token" },
      ),
    ) as { readonly status?: { readonly token?: string } };
    const authorization = `Bearer ${answer.status?.token}`;
    return this.#client({ "Impersonate-User": user }, { authorization });
  }

  /** A client that gets what `kubectl get` shows: the columns of the CRD, in place of objects. */
  asTable(): KubeClient {
    return this.#client({ accept: "application/json;as=Table;g=meta.k8s.io;v=v1" });
  }

  async close(): Promise<void> {
    await Promise.all(this.#transports.map((transport) => transport.close()));
  }

  /** @param own in place of the administrator's credentials */
  #client(extra: Readonly<Record<string, string>>, own?: Readonly<Record<string, string>>): KubeClient {
    const base = this.#credentials;
    const credentials: Credentials = {
      server: base.server,
      namespace: base.namespace,
      async access() {
        const access = await base.access();
        if (own === undefined) return { ...access, headers: { ...access.headers, ...extra } };
        const { cert: _cert, key: _key, ...tls } = access.tls;
        return { tls, headers: { ...own, ...extra } };
      },
    };
    const transport = new Transport({ credentials, clock: systemClock });
    this.#transports.push(transport);
    return new KubeClient(transport, { fieldManager: FIELD_MANAGER });
  }
}

/** The value of an answer that must have worked; otherwise fails with what the server said. */
export function accepted<T>(answer: Result<T, KubeError>): T {
  if (!answer.ok) throw new Error(`refused: ${answer.error.message}`);
  return answer.value;
}

/** The error of an answer that must have been a refusal. */
export function refused<T>(answer: Result<T, KubeError>): KubeError {
  expect(answer.ok, "the API server should have refused this").toBe(false);
  if (answer.ok) throw new Error("unreachable");
  return answer.error;
}
