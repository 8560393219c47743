import type { KubeError } from "../kube/kube-error.ts";
import { CliFailure } from "./cli-failure.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";

/** What is printed for a failure, and the exit code. */
export interface FailureReport {
  readonly line: string;
  readonly exit: ExitCode;
}

/** Turns whatever ended a command into one line: what, where, remedy. */
export function reportFailure(error: unknown): FailureReport {
  if (error instanceof CliFailure) return { line: oneLine(error.message), exit: error.exit };
  if (!(error instanceof Error)) return { line: oneLine(String(error)), exit: EXIT.error };
  // By name, so that the client need not be loaded to print an error.
  if (error.name === "KubeError") return reportKubeError(error as KubeError);
  if (error.name === "CredentialsError") return { line: oneLine(error.message), exit: EXIT.unreachable };
  return { line: `${oneLine(error.message)} (a fault of this program: please report it)`, exit: EXIT.error };
}

const REQUEST = /^(GET|POST|PUT|PATCH|DELETE) \S+: /;

function reportKubeError(error: KubeError): FailureReport {
  // What was asked for is known to the person; the transport's "PATCH /apis/…: " is not for them.
  const message = oneLine(error.message).replace(REQUEST, "");
  switch (error.kind) {
    case "forbidden":
      return { line: `not allowed: ${message}`, exit: EXIT.error };
    case "unauthorized":
      return {
        line: `the API server does not accept these credentials (${message}); log in again, or choose another --context`,
        exit: EXIT.unreachable,
      };
    case "credentials":
      return { line: message, exit: EXIT.unreachable };
    case "unreachable":
    case "timeout":
      return {
        line: `the API server can't be reached: ${message}; check --kubeconfig, --context and the network`,
        exit: EXIT.unreachable,
      };
    case "invalid":
      return { line: `refused by the API server: ${causesOf(error) ?? message}`, exit: EXIT.error };
    case "aborted":
      return { line: "interrupted", exit: EXIT.interrupted };
    case "notFound":
      return {
        line: `${message}; is Bascule installed, and is this the right --namespace?`,
        exit: EXIT.error,
      };
    default:
      return { line: message, exit: EXIT.error };
  }
}

/** `field: what` for every field that the API server objected to. */
function causesOf(error: KubeError): string | undefined {
  const texts = error.causes
    .filter((c) => c.message !== "")
    .map((c) => oneLine(c.field === "" ? c.message : `${c.field}: ${c.message}`));
  return texts.length === 0 ? undefined : [...new Set(texts)].join("; ");
}

const oneLine = (text: string): string => text.replace(/\s*\n\s*/g, " ").trim();
