import { check as checkSchema } from "../../../src/api/check.ts";
import { AddressPolicy } from "../../../src/net/address-policy.ts";
import { HttpChecker } from "../../../src/probes/functional/http.ts";
import { reply } from "../../support/rude-server.ts";
import { describeChecker } from "./checker-cases.ts";

const secret = "s3cr3t-of-the-http-check";

describeChecker({
  name: "http",
  make: (address) => {
    const { hostname, port } = new URL(address);
    const checker = new HttpChecker(() => ({ host: hostname, ports: [Number(port)] }), new AddressPolicy());
    const http = { path: "/healthz", timeout: "400ms", headers: { "X-Key": secret } };
    return {
      checker,
      check: checkSchema.parse({ name: "health", http }),
      secret,
      close: () => checker.close(),
    };
  },
  healthy: (_, response) => reply(response, 200, { status: "ok" }),
  isEvidence: (look) => look.kind === "functional" && look.good,
});
