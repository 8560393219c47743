import type { SocketAddress } from "../../api/checks/socket.ts";
import type { CheckProblem } from "./selector-problems.ts";

/** What is wrong with the address of a connection. */
export const socketProblems = (kind: string, { host, port }: SocketAddress): readonly CheckProblem[] =>
  host !== undefined && port === undefined
    ? [{ path: `${kind}.port`, message: "another host needs a port; give it" }]
    : [];

/** Authorities that are no certificates. */
export const caProblems = (kind: string, ca: string | undefined): readonly CheckProblem[] =>
  ca === undefined || /-----BEGIN CERTIFICATE-----[\s\S]+-----END CERTIFICATE-----/.test(ca)
    ? []
    : [{ path: `${kind}.ca`, message: "holds no certificate; give PEM (-----BEGIN CERTIFICATE-----)" }];
