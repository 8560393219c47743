import type { Check, VerificationEntry } from "../../../api/check.ts";
import { CHECK_KINDS, type CheckKind } from "../../../api/checks/kinds.ts";
import { accessRules } from "./access.ts";
import { compareRules } from "./compare.ts";
import { dnsRules } from "./dns.ts";
import { grpcRules } from "./grpc.ts";
import { headersRules } from "./headers.ts";
import { httpRules } from "./http.ts";
import { imageRules } from "./image.ts";
import { jobRules } from "./job.ts";
import { journeyRules } from "./journey.ts";
import type { KindRules } from "./kind-rules.ts";
import { loadRules } from "./load.ts";
import { logsRules } from "./logs.ts";
import { manualRules } from "./manual.ts";
import { podSecurityRules } from "./pod-security.ts";
import { portsRules } from "./ports.ts";
import { prometheusRules } from "./prometheus.ts";
import { rightsRules } from "./rights.ts";
import { supervisionRules } from "./supervision.ts";
import { tcpRules } from "./tcp.ts";
import { tlsRules } from "./tls.ts";
import { webhookRules } from "./webhook.ts";

type Spec<K extends CheckKind> = NonNullable<Check[K]>;

/** What the gate knows of every check kind. A new kind is a file beside this one, and a line here. */
const RULES: { readonly [K in CheckKind]: KindRules<Spec<K>> } = {
  http: httpRules,
  journey: journeyRules,
  tcp: tcpRules,
  dns: dnsRules,
  tls: tlsRules,
  grpc: grpcRules,
  prometheus: prometheusRules,
  compare: compareRules,
  supervision: supervisionRules,
  job: jobRules,
  podSecurity: podSecurityRules,
  image: imageRules,
  load: loadRules,
  rights: rightsRules,
  ports: portsRules,
  access: accessRules,
  headers: headersRules,
  manual: manualRules,
  logs: logsRules,
  webhook: webhookRules,
};

/** The kinds that an entry has; a sound one has exactly one. */
export const kindsOf = (entry: VerificationEntry | Check): readonly CheckKind[] =>
  CHECK_KINDS.filter((kind) => entry[kind] !== undefined);

/** The kind of a check. @throws TypeError for one without a kind, which admission and `resolveChecks` refuse. */
export function kindOf(check: Check): CheckKind {
  const [kind] = kindsOf(check);
  if (kind === undefined) throw new TypeError(`check "${check.name}" has no kind`);
  return kind;
}

/** A check's rules beside the member that they are about. @throws TypeError for a check without a kind. */
export function rulesOf(check: Check): { readonly rules: KindRules<unknown>; readonly spec: unknown } {
  const kind = kindOf(check);
  // Rules and member are of the same kind, which the type of an element of RULES can't say.
  return { rules: RULES[kind] as KindRules<unknown>, spec: check[kind] };
}
