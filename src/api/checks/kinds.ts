import type { z } from "zod";
import { accessCheck } from "./access.ts";
import { compareCheck, compareRules } from "./compare.ts";
import { dnsCheck } from "./dns.ts";
import { grpcCheck } from "./grpc.ts";
import { headersCheck } from "./headers.ts";
import { httpCheck } from "./http.ts";
import { imageCheck } from "./image.ts";
import { jobCheck } from "./job.ts";
import { journeyCheck } from "./journey.ts";
import { loadCheck } from "./load.ts";
import { logsCheck } from "./logs.ts";
import { manualCheck } from "./manual.ts";
import { podSecurityCheck } from "./pod-security.ts";
import { portsCheck } from "./ports.ts";
import { prometheusCheck, splitRules } from "./prometheus.ts";
import { rightsCheck } from "./rights.ts";
import { supervisionCheck } from "./supervision.ts";
import { tcpCheck } from "./tcp.ts";
import { tlsCheck } from "./tls.ts";
import { webhookCheck } from "./webhook.ts";

/** Every check kind with its schema. A new kind is a file beside this one, and a line here. */
const SCHEMAS = {
  http: httpCheck,
  journey: journeyCheck,
  tcp: tcpCheck,
  dns: dnsCheck,
  tls: tlsCheck,
  grpc: grpcCheck,
  prometheus: prometheusCheck,
  compare: compareCheck,
  supervision: supervisionCheck,
  job: jobCheck,
  podSecurity: podSecurityCheck,
  image: imageCheck,
  load: loadCheck,
  rights: rightsCheck,
  ports: portsCheck,
  access: accessCheck,
  headers: headersCheck,
  manual: manualCheck,
  logs: logsCheck,
  webhook: webhookCheck,
} as const;

export type CheckKind = keyof typeof SCHEMAS;

/** The check kinds; a check has exactly one of these members. */
export const CHECK_KINDS = Object.keys(SCHEMAS) as [CheckKind, ...CheckKind[]];

type Members = { readonly [K in CheckKind]: z.ZodOptional<(typeof SCHEMAS)[K]> };

/** The kinds as members of an entry, of which it has one. */
export const kindMembers = Object.fromEntries(
  Object.entries(SCHEMAS).map(([kind, schema]) => [kind, schema.optional()]),
) as Members;

/** What kinds ask of the policy of their entry. */
export const policyRules = [...splitRules, ...compareRules] as const;
