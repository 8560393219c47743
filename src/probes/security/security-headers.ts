import type { HeadersCheck } from "../../api/checks/headers.ts";
import { testBounded } from "../bounded-regex.ts";
import type { Assessment, HttpAnswer } from "../functional/http-answer.ts";
import { weakCookies } from "./weak-cookies.ts";

interface Rule {
  readonly header: string;
  readonly pattern: string;
}

/** Half a year, in seconds, is five digits followed by three more. */
const HALF_A_YEAR = String.raw`max-age="?(1[6-9]\d{6}|[2-9]\d{7}|\d{9,})`;
const TELLS_VERSION = String.raw`\d`;

/** What every answer lacks at its peril; a page of HTML more than data. */
function defaultRequired({ headers }: HttpAnswer, secure: boolean): readonly Rule[] {
  const isPage = /^text\/html|^application\/xhtml/i.test(headerText(headers["content-type"]) ?? "");
  return [
    { header: "x-content-type-options", pattern: "^(?:[nN][oO][sS][nN][iI][fF]{2})$" },
    ...(isPage ? [{ header: "content-security-policy", pattern: "\\S" }] : []),
    ...(secure ? [{ header: "strict-transport-security", pattern: HALF_A_YEAR }] : []),
  ];
}

const DEFAULT_FORBIDDEN: readonly Rule[] = [
  { header: "server", pattern: TELLS_VERSION },
  { header: "x-powered-by", pattern: "" },
  { header: "x-aspnet-version", pattern: "" },
  { header: "x-aspnetmvc-version", pattern: "" },
  { header: "x-generator", pattern: TELLS_VERSION },
];

const headerText = (value: string | string[] | undefined): string | undefined =>
  Array.isArray(value) ? value.join(", ") : value;

/** Holds the headers of an answer against the check: everything that is wrong is told, the first gives the reason. */
export function assessHeaders(check: HeadersCheck, answer: HttpAnswer, secure: boolean): Assessment {
  if (!check.status.includes(answer.status))
    return {
      good: false,
      reason: "WrongStatus",
      message: `status ${answer.status}, wanted ${check.status.join(" or ")}; redirects are not followed`,
    };
  const { defaults } = check;
  const own = (patterns: Readonly<Record<string, string>> = {}): readonly Rule[] =>
    Object.entries(patterns).map(([header, pattern]) => ({ header: header.toLowerCase(), pattern }));
  const required = own(check.require);
  const named = new Set(required.map(({ header }) => header));
  const more = defaults ? defaultRequired(answer, secure).filter(({ header }) => !named.has(header)) : [];
  const problems = [
    ...[...required, ...more].flatMap((rule) => requiredProblem(rule, answer)),
    ...(defaults ? framingProblem(answer, named) : []),
    ...[...own(check.forbid), ...(defaults ? DEFAULT_FORBIDDEN : [])].flatMap((rule) =>
      forbiddenProblem(rule, answer),
    ),
    ...weakCookies(check.cookies, answer.headers["set-cookie"]).map((message) => ({
      reason: "WeakCookie",
      message,
    })),
  ];
  const [first] = problems;
  if (first === undefined)
    return { good: true, reason: "HeadersAsRequired", message: "all headers are as required" };
  const message = problems.map((problem) => problem.message).join("; ");
  return { good: false, reason: first.reason, message: message.slice(0, 1024) };
}

interface Problem {
  readonly reason: string;
  readonly message: string;
}

function requiredProblem({ header, pattern }: Rule, { headers }: HttpAnswer): readonly Problem[] {
  const value = headerText(headers[header]);
  if (value === undefined) return [{ reason: "MissingHeader", message: `the header ${header} is missing` }];
  return testBounded(pattern, value) === "match"
    ? []
    : [{ reason: "WrongHeader", message: `the header ${header} does not match ${pattern}` }];
}

/** One that takes too long to match is no header that is known to be harmless. */
function forbiddenProblem({ header, pattern }: Rule, { headers }: HttpAnswer): readonly Problem[] {
  const value = headerText(headers[header]);
  if (value === undefined || testBounded(pattern, value) === "noMatch") return [];
  return [
    { reason: "ForbiddenHeader", message: `the header ${header} tells too much: ${value.slice(0, 100)}` },
  ];
}

/** Other sites may not put a page into a frame of theirs: the policy says so, or the older header. */
function framingProblem({ headers }: HttpAnswer, named: ReadonlySet<string>): readonly Problem[] {
  const policy = headerText(headers["content-security-policy"]) ?? "";
  const isPage = /^text\/html|^application\/xhtml/i.test(headerText(headers["content-type"]) ?? "");
  if (!isPage || named.has("x-frame-options") || /frame-ancestors/i.test(policy)) return [];
  const older = headerText(headers["x-frame-options"]) ?? "";
  return /^(?:deny|sameorigin)$/i.test(older.trim())
    ? []
    : [
        {
          reason: "MissingHeader",
          message:
            "neither frame-ancestors of content-security-policy nor x-frame-options keeps other sites' frames away",
        },
      ];
}
