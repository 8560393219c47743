import type { AnyObject } from "../../lab/kinds.ts";
import { testCertificate } from "../../support/test-certificate.ts";
import type { Family } from "../mutant.ts";
import { PORTS } from "../service/functional.ts";

const DAY = 86_400_000;
const good = testCertificate();
const expired = testCertificate("expired", {
  from: new Date(Date.now() - 9 * DAY),
  until: new Date(Date.now() - DAY),
});
const foreign = testCertificate("foreign");

/** What the cluster's DNS calls the candidate's Service. */
const SERVICE_NAME = "{{target.service}}.{{target.namespace}}.svc.cluster.local";

/** Journeys, and protocols other than HTTP. */
export const FUNCTIONAL: Family = {
  checks: ({ dnsServer }) => [
    {
      name: "json",
      http: {
        path: "/version",
        interval: "1s",
        expect: { json: [{ path: "$.features[0]", equals: "basket" }] },
      },
    },
    {
      name: "journey",
      journey: {
        interval: "1s",
        cookies: true,
        steps: [
          {
            name: "open",
            method: "POST",
            path: "/basket",
            expect: { status: [201] },
            capture: [{ name: "id", json: "$.id" }],
          },
          {
            name: "read",
            path: "/basket/{{vars.id}}",
            expect: { json: [{ path: "$.id", equals: "{{vars.id}}" }] },
          },
        ],
      },
    },
    { name: "lines", tcp: { port: PORTS.lines, interval: "1s", send: "PING\r\n", expect: "^[+]PONG" } },
    { name: "grpc-health", grpc: { port: PORTS.grpc, interval: "1s" } },
    {
      name: "certificate",
      tls: {
        port: PORTS.tls,
        interval: "1s",
        serverName: "localhost",
        ca: good.cert + expired.cert,
        minVersion: "TLSv1.3",
        validFor: "1d",
      },
    },
    {
      name: "port-name",
      dns: {
        name: `_http._tcp.${SERVICE_NAME}`,
        type: "SRV",
        server: dnsServer,
        interval: "1s",
        expect: { answers: [`0 100 80 ${SERVICE_NAME}`], only: true },
      },
    },
  ],
  objects: (namespace) => [
    {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "certificates", namespace },
      stringData: {
        "good.crt": good.cert,
        "good.key": good.key,
        "expired-certificate.crt": expired.cert,
        "expired-certificate.key": expired.key,
        "foreign-certificate.crt": foreign.cert,
        "foreign-certificate.key": foreign.key,
      },
    },
  ],
  mutants: [
    {
      name: "wrong-json",
      wrong: "its version page tells other features",
      mutation: "wrong-json",
      caughtBy: "json",
      reason: "WrongJson",
    },
    {
      name: "missing-json",
      wrong: "its basket answers without an id",
      mutation: "missing-json",
      caughtBy: "journey",
      reason: "JsonPathNoMatch",
    },
    {
      name: "lost-session",
      wrong: "its basket forgets whose it is",
      mutation: "lost-session",
      caughtBy: "journey",
      reason: "WrongStatus",
    },
    {
      name: "wrong-line",
      wrong: "its line protocol answers that it is loading",
      mutation: "wrong-line",
      caughtBy: "lines",
      reason: "WrongAnswer",
    },
    {
      name: "not-serving",
      wrong: "its gRPC health is NOT_SERVING",
      mutation: "not-serving",
      caughtBy: "grpc-health",
      reason: "NotServing",
    },
    {
      name: "expired-certificate",
      wrong: "its certificate has expired",
      mutation: "expired-certificate",
      caughtBy: "certificate",
      reason: "CertificateExpired",
    },
    {
      name: "foreign-certificate",
      wrong: "its certificate is signed by nobody who is trusted",
      mutation: "foreign-certificate",
      caughtBy: "certificate",
      reason: "UntrustedCertificate",
    },
    {
      name: "old-tls",
      wrong: "it agrees on TLS 1.2 at most",
      mutation: "old-tls",
      caughtBy: "certificate",
      reason: "OldProtocol",
    },
    {
      name: "nameless-port",
      wrong: "its Service calls no port http",
      changeService: (service) => renamePorts(service, { http: "web" }),
      caughtBy: "port-name",
      reason: "NoSuchName",
    },
    {
      name: "misnamed-port",
      wrong: "its Service calls the port of its lines http",
      changeService: (service) => renamePorts(service, { http: "web", lines: "http" }),
      caughtBy: "port-name",
      reason: "WrongAnswers",
    },
  ],
};

/** The other checks call ports by their numbers, which stay. */
function renamePorts(service: AnyObject, names: Readonly<Record<string, string>>): AnyObject {
  const ports = (service.spec.ports as readonly { readonly name: string }[]).map((port) => ({
    ...port,
    name: names[port.name] ?? port.name,
  }));
  return { ...service, spec: { ...service.spec, ports } };
}
