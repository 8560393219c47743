import type { TcpCheck } from "../../../api/checks/tcp.ts";
import { regexProblem } from "../http-problems.ts";
import type { CheckProblem } from "../selector-problems.ts";
import { socketProblems } from "../socket-problems.ts";
import { probeKind } from "./probe.ts";

const HEX = /^([0-9a-fA-F]{2}|\s)*$/;

export const tcpRules = probeKind<TcpCheck>(limitOf, { problems: problemsOf });

function limitOf({ expect, maxLatency }: TcpCheck): string {
  const limit = expect === undefined ? "a connection" : "an answer that matches";
  return maxLatency === undefined ? limit : `${limit} within ${maxLatency}`;
}

function problemsOf({ expect, send, encoding, ...at }: TcpCheck): readonly CheckProblem[] {
  const problems = [...socketProblems("tcp", at), ...regexProblem("tcp.expect", expect)];
  if (encoding === "hex" && send !== undefined && !HEX.test(send))
    problems.push({ path: "tcp.send", message: "must be bytes of two hexadecimal digits, such as 0d0a" });
  return problems;
}
