import type { CheckResult, Verification } from "../../../src/api/verification.ts";
import { verificationSpec } from "../../../src/api/verification.ts";
import { type Instant, renderInstant } from "../../../src/base/instant.ts";
import { GateRunner } from "../../../src/controller/gate/runner.ts";
import { PrometheusChecker } from "../../../src/metrics/prometheus.ts";
import type { PrometheusApi } from "../../../src/metrics/prometheus-api.ts";
import { silentLog } from "../../../src/ports/log.ts";
import { systemClock } from "../../../src/telemetry/system-clock.ts";

export interface OneCheck {
  readonly name: string;
  /** Laid over the candidate `shop-green` of plan `shop`. */
  readonly target?: object;
  readonly check: object;
  readonly deadline: string;
  /** The controller's clock; the right time by default. */
  readonly now?: () => Instant;
}

/** The gate over a real Prometheus, with one Verification of one check at a time. */
export class OneCheckGate {
  readonly #api: PrometheusApi;
  #runner: GateRunner | undefined;

  constructor(api: PrometheusApi) {
    this.#api = api;
  }

  /** Starts to judge from now on. @returns reads the result as it stands */
  start({ name, target, check, deadline, now = systemClock.now }: OneCheck): () => CheckResult {
    const verification: Verification = {
      apiVersion: "bascule.dev/v1alpha1",
      kind: "Verification",
      metadata: { name, namespace: "shop", uid: name, generation: 1 },
      spec: verificationSpec.parse({
        releaseRef: { name: "shop-2" },
        target: { service: "shop-green", plan: "shop", slot: "green", ...target },
        from: renderInstant(now()),
        deadline,
        checks: [check],
      }),
    };
    const runner = new GateRunner({
      checkers: [new PrometheusChecker(this.#api, systemClock.monotonic)],
      clock: systemClock,
      now,
      writeStatus: async () => {},
      validator: "test",
      random: Math.random,
      log: silentLog,
    });
    this.#runner = runner;
    runner.observe(verification);
    return () => {
      const [result] = runner.results(name) ?? [];
      if (result === undefined) throw new Error("the verification has no result");
      return result;
    };
  }

  /** Ends what was started last. */
  async close(): Promise<void> {
    await this.#runner?.close();
    this.#runner = undefined;
  }
}
