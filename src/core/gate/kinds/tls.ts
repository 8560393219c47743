import type { TlsCheck } from "../../../api/checks/tls.ts";
import { caProblems, socketProblems } from "../socket-problems.ts";
import { probeKind } from "./probe.ts";

export const tlsRules = probeKind<TlsCheck>(
  ({ minVersion, validFor }) => `a trusted certificate valid for ${validFor}, ${minVersion} or newer`,
  { problems: (tls) => [...socketProblems("tls", tls), ...caProblems("tls", tls.ca)] },
);
