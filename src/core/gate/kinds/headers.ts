import type { HeadersCheck } from "../../../api/checks/headers.ts";
import { regexProblem } from "../http-problems.ts";
import { probeKind } from "./probe.ts";

/** Headers are those of one answer, asked for again and again. */
export const headersRules = probeKind<HeadersCheck>(() => "security headers as required", {
  problems: ({ require: required = {}, forbid = {}, defaults, cookies }) => {
    const { secure, httpOnly, sameSite } = cookies;
    const asksCookies = secure || httpOnly || sameSite.length > 0;
    const patterns = { ...prefixed("require", required), ...prefixed("forbid", forbid) };
    if (!defaults && !asksCookies && Object.keys(patterns).length === 0)
      return [{ path: "headers", message: "asks for nothing; give require, forbid, cookies or defaults" }];
    return Object.entries(patterns).flatMap(([path, pattern]) => regexProblem(path, pattern));
  },
});

const prefixed = (member: string, patterns: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(patterns).map(([name, pattern]) => [`headers.${member}.${name}`, pattern]),
  );
