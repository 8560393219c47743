import { check as checkSchema } from "../../../src/api/check.ts";
import { ok } from "../../../src/base/result.ts";
import { AddressPolicy } from "../../../src/net/address-policy.ts";
import { WebhookChecker } from "../../../src/probes/webhook/webhook.ts";
import { systemClock } from "../../../src/telemetry/system-clock.ts";
import { reply } from "../../support/rude-server.ts";
import { describeChecker } from "./checker-cases.ts";

const KEY = "signs, and is never sent itself";

describeChecker({
  name: "webhook",
  make: (address) => {
    const checker = new WebhookChecker({
      policy: new AddressPolicy({ allow: ["127.0.0.0/8"] }),
      keys: { value: async () => ok(KEY) },
      clock: systemClock,
      random: Math.random,
    });
    const webhook = { url: `${address}/ask`, secretRef: { name: "signing" }, timeout: "400ms", attempts: 2 };
    return {
      checker,
      check: checkSchema.parse({ name: "audit", webhook }),
      close: () => checker.close(),
    };
  },
  healthy: (_, response) => reply(response, 200, { verdict: "passed" }),
  isEvidence: (look) => look.kind === "outcome" && look.state === "passed",
});
