import { check as checkSchema } from "../../../src/api/check.ts";
import { AddressPolicy } from "../../../src/net/address-policy.ts";
import { GrpcChecker } from "../../../src/probes/functional/grpc.ts";
import { GrpcHealthServer } from "../../support/grpc-health-server.ts";
import { describeSocketChecker } from "./socket-cases.ts";

const server = new GrpcHealthServer(() => ({ serving: 1 }));

describeSocketChecker({
  name: "grpc",
  make: (port) => ({
    checker: new GrpcChecker(() => ({ host: "127.0.0.1", ports: [port] }), new AddressPolicy()),
    check: checkSchema.parse({ name: "g", grpc: { service: "shop.Orders", timeout: "500ms" } }),
  }),
  healthy: server.serve,
});
