import type { GrpcCheck } from "../../../api/checks/grpc.ts";
import { caProblems, socketProblems } from "../socket-problems.ts";
import { probeKind } from "./probe.ts";

export const grpcRules = probeKind<GrpcCheck>(
  ({ maxLatency }) => (maxLatency === undefined ? "SERVING" : `SERVING, within ${maxLatency}`),
  { problems: (grpc) => [...socketProblems("grpc", grpc), ...caProblems("grpc", grpc.ca)] },
);
