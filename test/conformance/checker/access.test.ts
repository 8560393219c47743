import { check as checkSchema } from "../../../src/api/check.ts";
import { ok } from "../../../src/base/result.ts";
import { AddressPolicy } from "../../../src/net/address-policy.ts";
import { AccessChecker } from "../../../src/probes/security/access.ts";
import { reply } from "../../support/rude-server.ts";
import { describeChecker } from "./checker-cases.ts";

const secret = "s3cr3t-of-the-access-check";

describeChecker({
  name: "access",
  make: (address) => {
    const { hostname, port } = new URL(address);
    const checker = new AccessChecker(
      () => ({ host: hostname, ports: [Number(port)] }),
      new AddressPolicy(),
      { value: async () => ok(secret) },
    );
    const access = {
      timeout: "400ms",
      identities: [{ name: "viewer", secretRef: { name: "viewer", key: "token" } }],
      requests: [{ path: "/admin", as: "viewer", expect: [403] }],
    };
    return {
      checker,
      check: checkSchema.parse({ name: "access", access }),
      secret,
      close: () => checker.close(),
    };
  },
  healthy: (_, response) => reply(response, 403, {}),
  isEvidence: (look) => look.kind === "functional" && look.good,
});
