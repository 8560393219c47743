import { check as checkSchema } from "../../../src/api/check.ts";
import { AddressPolicy } from "../../../src/net/address-policy.ts";
import type { Checker, LookContext } from "../../../src/ports/checks.ts";
import { LoadChecker } from "../../../src/probes/load/load.ts";
import { reply } from "../../support/rude-server.ts";
import { describeChecker } from "./checker-cases.ts";

const secret = "s3cr3t-of-the-load-check";
const PAUSE = 20;

/** The gate's part in short: looks until the load has ended, and ends it when the verification ends. */
const untilEnded = (checker: LoadChecker): Checker => ({
  kind: "load",
  look: async (context: LookContext) => {
    try {
      for (;;) {
        const look = await checker.look(context);
        if (look.kind !== "outcome" || look.state !== "running") return look;
        await new Promise((resolve) => setTimeout(resolve, PAUSE));
      }
    } finally {
      await checker.finish(context);
    }
  },
});

describeChecker({
  name: "load",
  make: (address) => {
    const { hostname, port } = new URL(address);
    const checker = new LoadChecker(
      () => ({ host: hostname, ports: [Number(port)] }),
      new AddressPolicy(),
      () => performance.now(),
    );
    const load = {
      ...{ path: "/healthz", timeout: "2s", headers: { "X-Key": secret } },
      ...{ stages: [{ duration: "300ms", rate: 20 }], expect: { status: [200] } },
    };
    return {
      checker: untilEnded(checker),
      check: checkSchema.parse({ name: "load", load }),
      secret,
      close: () => checker.close(),
    };
  },
  healthy: (_, response) => reply(response, 200, { status: "ok" }),
  // A process is started first, which takes a while on a busy machine.
  limit: 20_000,
  isEvidence: (look) => look.kind === "outcome" && look.state === "passed",
});
