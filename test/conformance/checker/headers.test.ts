import { check as checkSchema } from "../../../src/api/check.ts";
import { AddressPolicy } from "../../../src/net/address-policy.ts";
import { HeadersChecker } from "../../../src/probes/security/headers.ts";
import { reply } from "../../support/rude-server.ts";
import { describeChecker } from "./checker-cases.ts";

describeChecker({
  name: "headers",
  make: (address) => {
    const { hostname, port } = new URL(address);
    const checker = new HeadersChecker(
      () => ({ host: hostname, ports: [Number(port)] }),
      new AddressPolicy(),
    );
    const headers = { path: "/healthz", timeout: "400ms" };
    return {
      checker,
      check: checkSchema.parse({ name: "headers", headers }),
      close: () => checker.close(),
    };
  },
  healthy: (_, response) => reply(response, 200, {}, { "x-content-type-options": "nosniff" }),
  isEvidence: (look) => look.kind === "functional" && look.good,
});
