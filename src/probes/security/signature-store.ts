import { isObjectName } from "../../api/fields.ts";
import type { KubeObject } from "../../api/object.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { KubeClient } from "../../kube/client.ts";
import { resourceType } from "../../kube/resources.ts";
import { CALL, type ReadFailure } from "../candidate-cluster.ts";

/** Where the signatures of images are kept. */
export interface SignatureStore {
  /** The values of a ConfigMap. Fails with the kind `notFound`. */
  texts(
    namespace: string,
    configMap: string,
    signal: AbortSignal,
  ): Promise<Result<readonly string[], ReadFailure>>;
}

type ConfigMap = KubeObject & { readonly data?: Readonly<Record<string, string>> };
const CONFIG_MAPS = resourceType<ConfigMap>({
  group: "",
  version: "v1",
  kind: "ConfigMap",
  plural: "configmaps",
  namespaced: true,
});

/** Signatures are public, so that a ConfigMap is enough; the API server bounds its size to 1 MiB. */
export function kubeSignatureStore(client: KubeClient): SignatureStore {
  return {
    texts: async (namespace, name, signal) => {
      if (!isObjectName(name)) return err({ kind: "notFound", message: "that is no name of a ConfigMap" });
      const found = await client.get(CONFIG_MAPS, { namespace, name }, { deadline: CALL, signal });
      return found.ok ? ok(Object.values(found.value.data ?? {})) : found;
    },
  };
}
