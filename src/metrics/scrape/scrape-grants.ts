/**
 * A Service of another namespace is scraped only where somebody who owns it says so: the metrics of a gateway, or of another team's service,
 * tell what those who write a check may have no other way to know.
 */
import { type Duration, seconds } from "../../base/duration.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { KubeClient } from "../../kube/client.ts";
import type { KubeError } from "../../kube/kube-error.ts";
import type { KubeObject } from "../../kube/kube-object.ts";
import { resourceType } from "../../kube/resources.ts";
import type { SourceProblem } from "../prometheus-answer.ts";

export interface ReferenceGrant extends KubeObject {
  readonly spec?: {
    readonly from?: readonly { readonly group: string; readonly kind: string; readonly namespace: string }[];
    readonly to?: readonly { readonly group?: string; readonly kind: string; readonly name?: string }[];
  };
}

const REFERENCE_GRANTS = resourceType<ReferenceGrant>({
  group: "gateway.networking.k8s.io",
  version: "v1beta1",
  kind: "ReferenceGrant",
  plural: "referencegrants",
  namespaced: true,
});

/** A Service, and the namespace of the check that wants to read it. */
export interface ScrapeReference {
  readonly from: string;
  readonly namespace: string;
  readonly name: string;
}
/** Why a Service may not be scraped; undefined where it may. */
export type AskGrant = (reference: ScrapeReference) => Promise<SourceProblem | undefined>;

export interface ScrapeGrantsOptions {
  readonly client: Pick<KubeClient, "list">;
  /** Services that everybody may have scraped, as `namespace/name`. */
  readonly allowed: readonly string[];
  readonly monotonic: () => Duration;
}

/** What was read counts so long as it is; a grant that is gone counts no longer than that and one look more. */
const FRESH = seconds(5);
/** So long it also counts while it is read anew: looks come up to four times a second, and the API server may be away. */
const KEPT = seconds(30);
const CALL = seconds(5);
/** Namespaces that are remembered; checks may name any. */
const MOST_NAMESPACES = 1_000;

type Grants = Result<readonly ReferenceGrant[], KubeError>;

/** Asks the ReferenceGrants of the Service's namespace, or the administrator's list. */
export class ScrapeGrants {
  readonly #options: ScrapeGrantsOptions;
  readonly #known = new Map<string, { readonly at: Duration; readonly grants: Grants }>();
  readonly #reading = new Map<string, Promise<Grants>>();

  constructor(options: ScrapeGrantsOptions) {
    this.#options = options;
  }

  readonly ask: AskGrant = async (reference) => {
    const { from, namespace, name } = reference;
    if (from === namespace || this.#options.allowed.includes(`${namespace}/${name}`)) return undefined;
    const grants = await this.#grantsOf(namespace);
    if (grants.ok)
      return grants.value.some((grant) => permits(grant, reference)) ? undefined : refusal(reference);
    // Neither the definition nor a right to read it: nothing there can say yes.
    if (grants.error.kind === "notFound" || grants.error.kind === "forbidden") return refusal(reference);
    return {
      reason: "ClusterUnreadable",
      message: `ReferenceGrants of ${namespace}: ${grants.error.message}`,
    };
  };

  async #grantsOf(namespace: string): Promise<Grants> {
    const known = this.#known.get(namespace);
    const age = known === undefined ? KEPT : this.#options.monotonic() - known.at;
    if (known !== undefined && age < FRESH) return known.grants;
    const reading = this.#read(namespace);
    return known !== undefined && age < KEPT ? known.grants : reading;
  }

  /** Never rejects. What could not be read leaves what is known. */
  #read(namespace: string): Promise<Grants> {
    const under = this.#reading.get(namespace);
    if (under !== undefined) return under;
    const read = async (): Promise<Grants> => {
      const { client, monotonic } = this.#options;
      const at = monotonic();
      const found = await client.list(REFERENCE_GRANTS, { namespace, deadline: CALL });
      const grants = found.ok ? ok(found.value.items) : err(found.error);
      this.#reading.delete(namespace);
      if (!grants.ok && grants.error.retry === "soon") return grants;
      this.#known.delete(namespace);
      this.#known.set(namespace, { at, grants });
      const [oldest] = this.#known.keys();
      if (this.#known.size > MOST_NAMESPACES && oldest !== undefined) this.#known.delete(oldest);
      return grants;
    };
    const reading = read();
    this.#reading.set(namespace, reading);
    return reading;
  }
}

/** A check is always looked at in a Verification, wherever it was written; so that is who asks. */
function permits({ spec }: ReferenceGrant, { from, name }: ScrapeReference): boolean {
  const asks = spec?.from?.some(
    (one) => one.group === "bascule.dev" && one.kind === "Verification" && one.namespace === from,
  );
  const given = spec?.to?.some(
    (one) => (one.group ?? "") === "" && one.kind === "Service" && (one.name ?? name) === name,
  );
  return asks === true && given === true;
}

const refusal = ({ from, namespace, name }: ScrapeReference): SourceProblem => ({
  reason: "NotGranted",
  message: `Service ${namespace}/${name} is not of this namespace: it needs a ReferenceGrant in ${namespace}, from group bascule.dev, kind Verification, namespace ${from}, to kind Service, name ${name}; or an administrator lets all namespaces read it (--allow-scrape-service ${namespace}/${name})`,
});
