import { check as checkSchema } from "../../../src/api/check.ts";
import { AddressPolicy } from "../../../src/net/address-policy.ts";
import { JourneyChecker } from "../../../src/probes/functional/journey.ts";
import { reply } from "../../support/rude-server.ts";
import { describeChecker } from "./checker-cases.ts";

const secret = "s3cr3t-of-the-journey";

describeChecker({
  name: "journey",
  make: (address) => {
    const { hostname, port } = new URL(address);
    const service = { host: hostname, ports: [Number(port)] };
    const checker = new JourneyChecker(() => service, new AddressPolicy());
    const first = { name: "first", path: "/first", headers: { "X-Key": secret } };
    const capture = [{ name: "status", json: "$.status" }];
    const steps = [
      { ...first, capture },
      { name: "second", path: "/{{vars.status}}" },
    ];
    return {
      checker,
      check: checkSchema.parse({ name: "walk", journey: { steps, timeout: "1s" } }),
      secret,
      close: () => checker.close(),
    };
  },
  healthy: (_, response) => reply(response, 200, { status: "ok" }),
  isEvidence: (look) => look.kind === "functional" && look.good,
});
