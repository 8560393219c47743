import type { DnsCheck } from "../../../api/checks/dns.ts";
import { probeKind } from "./probe.ts";

export const dnsRules = probeKind<DnsCheck>(({ type, expect: { answers, only, atLeast } }) => {
  if (answers === undefined) return `${atLeast} ${type} or more`;
  return only ? `exactly the expected ${type}` : `the expected ${type} among the answers`;
});
