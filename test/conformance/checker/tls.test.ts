import { createServer } from "node:tls";
import { check as checkSchema } from "../../../src/api/check.ts";
import { AddressPolicy } from "../../../src/net/address-policy.ts";
import { TlsChecker } from "../../../src/probes/functional/tls.ts";
import { testCertificate } from "../../support/test-certificate.ts";
import { describeSocketChecker } from "./socket-cases.ts";

const certificate = testCertificate();
const server = createServer({ ...certificate });
server.on("tlsClientError", () => {});

describeSocketChecker({
  name: "tls",
  make: (port) => ({
    checker: new TlsChecker(() => ({ host: "127.0.0.1", ports: [port] }), new AddressPolicy()),
    check: checkSchema.parse({
      name: "t",
      tls: { serverName: "localhost", ca: certificate.cert, validFor: "1h", timeout: "500ms" },
    }),
  }),
  healthy: (socket) => void server.emit("connection", socket),
});
