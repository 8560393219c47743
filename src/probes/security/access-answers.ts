import type { AccessRequest } from "../../api/checks/access.ts";
import type { Look } from "../../ports/checks.ts";

/** What came of one request. */
export type AccessAnswer = { readonly status: number } | { readonly failure: Look };

interface Wrong {
  readonly reason: string;
  readonly message: string;
}

/**
 * Holds all answers of a look against what was expected. A refused connection shows that a door is shut only beside
 * another that answers: a candidate that is down lets nobody in either, and has shown nothing.
 */
export function assessAccess(requests: readonly AccessRequest[], answers: readonly AccessAnswer[]): Look {
  const unreadable = answers.find((answer) => "failure" in answer && answer.failure.kind === "unreadable");
  if (unreadable !== undefined && "failure" in unreadable) return unreadable.failure;
  const someAnswered = answers.some((answer) => "status" in answer);
  const wrong = requests.flatMap((request, i) => {
    const answer = answers[i];
    return answer === undefined ? [] : wrongOf(request, answer, someAnswered);
  });
  const worst = wrong.find(({ reason }) => reason === "AccessAllowed") ?? wrong[0];
  const evidence = requests.map((request, i) => `${tell(request)}: ${tellAnswer(answers[i])}`).join("\n");
  const seen = { kind: "functional", evidence: evidence.slice(0, 4096) } as const;
  if (worst === undefined)
    return {
      ...seen,
      good: true,
      reason: "AccessAsExpected",
      message: `${requests.length} requests were answered as they have to be`,
    };
  const others = wrong.length > 1 ? `; and ${wrong.length - 1} more` : "";
  const refused = answers.every((answer) => isRefused(answer));
  return {
    ...seen,
    good: false,
    reason: worst.reason,
    message: `${worst.message}${others}`,
    ...(refused ? { refused: true } : {}),
  };
}

function wrongOf(request: AccessRequest, answer: AccessAnswer, someAnswered: boolean): readonly Wrong[] {
  const wanted = request.expect.join(" or ");
  if ("failure" in answer) {
    const mayRefuse = request.expect.every((status) => status >= 400);
    if (isRefused(answer) && mayRefuse && someAnswered) return [];
    const { failure } = answer;
    const reason = failure.kind === "functional" ? failure.reason : "NoAnswer";
    const told = failure.kind === "functional" ? failure.message : "no answer";
    return [{ reason, message: `${tell(request)}: ${told}` }];
  }
  const { status } = answer;
  if (request.expect.includes(status)) return [];
  const message = `${tell(request)}: status ${status}, wanted ${wanted}`;
  if (status >= 200 && status < 300) return [{ reason: "AccessAllowed", message }];
  const redirect =
    status >= 300 && status < 400 ? "; where the way to the log-in page is meant, expect it" : "";
  return [{ reason: "WrongStatus", message: `${message}${redirect}` }];
}

const isRefused = (answer: AccessAnswer | undefined): boolean =>
  answer !== undefined &&
  "failure" in answer &&
  answer.failure.kind === "functional" &&
  answer.failure.refused === true;

const tell = ({ method, path, as, port }: AccessRequest): string =>
  `${method} ${path.slice(0, 200)}${port === undefined ? "" : ` at port ${port}`} as ${as ?? "nobody"}`;

const tellAnswer = (answer: AccessAnswer | undefined): string => {
  if (answer === undefined) return "not asked";
  if ("status" in answer) return `status ${answer.status}`;
  return isRefused(answer) ? "refused" : "no answer";
};
