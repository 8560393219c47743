import type { AccessCheck } from "../../../api/checks/access.ts";
import { milliseconds, readDuration, seconds } from "../../../base/duration.ts";
import { judgeProbe } from "../judge-probe.ts";
import type { CheckProblem } from "../selector-problems.ts";
import { probeKind } from "./probe.ts";

/** Requests that a look makes at a time. */
export const REQUESTS_AT_ONCE = 4;
/** For the Secrets, which are read before. */
const GRACE = seconds(10);

const limitOf = ({ requests }: AccessCheck): string =>
  `${requests.length} requests are answered as they have to be`;

/** Once let through is once too often: that one answer fails, whatever the number that other failures take. */
export const accessRules = probeKind<AccessCheck>(limitOf, {
  lookLimit: ({ timeout, requests }) =>
    milliseconds(readDuration(timeout) * Math.ceil(requests.length / REQUESTS_AT_ONCE) + GRACE),
  problems: problemsOf,
  judge: ({ look, ...input }, spec) => {
    if (look.kind !== "functional") return undefined;
    const failures = look.reason === "AccessAllowed" ? 1 : spec.failures;
    return judgeProbe({ ...input, look }, { ...spec, failures }, limitOf(spec));
  },
});

function problemsOf({ identities = [], requests }: AccessCheck): readonly CheckProblem[] {
  const names = identities.map(({ name }) => name);
  const doubled = names.find((name, i) => names.indexOf(name) !== i);
  return [
    ...(doubled === undefined
      ? []
      : [{ path: "access.identities", message: `has "${doubled}" twice; names must differ` }]),
    ...requests.flatMap(({ as }, i) =>
      as === undefined || names.includes(as)
        ? []
        : [{ path: `access.requests.${i}.as`, message: `"${as}" is none of access.identities` }],
    ),
  ];
}
