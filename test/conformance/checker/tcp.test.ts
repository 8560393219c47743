import { check as checkSchema } from "../../../src/api/check.ts";
import { AddressPolicy } from "../../../src/net/address-policy.ts";
import { TcpChecker } from "../../../src/probes/functional/tcp.ts";
import { describeSocketChecker } from "./socket-cases.ts";

describeSocketChecker({
  name: "tcp",
  make: (port) => ({
    checker: new TcpChecker(() => ({ host: "127.0.0.1", ports: [port] }), new AddressPolicy()),
    check: checkSchema.parse({ name: "t", tcp: { send: "PING\r\n", expect: "^[+]PONG", timeout: "500ms" } }),
  }),
  healthy: (socket) => void socket.once("data", () => socket.write("+PONG\r\n")),
});
