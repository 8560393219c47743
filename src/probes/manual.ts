import { whoMayAnswer } from "../core/gate/kinds/manual.ts";
import type { Checker, Look, LookContext } from "../ports/checks.ts";
import { unreadable } from "./look-failure.ts";

/**
 * A person's answer, as the Verification holds it. Who may give one, and under which name, is settled before it is
 * stored, by the admission policy; here it is read.
 */
export class ManualChecker implements Checker {
  readonly kind = "manual";

  async look({ check, answer, verification, signal }: LookContext): Promise<Look> {
    signal.throwIfAborted();
    const { manual } = check;
    if (manual === undefined) return unreadable("WrongKind", "the check is no manual check");
    if (answer === undefined) {
      const how = `bascule answer ${verification.name} ${check.name} --pass --reason …`;
      return {
        kind: "outcome",
        state: "running",
        reason: "AwaitsAnswer",
        message: `waits for ${whoMayAnswer(manual)}: ${manual.question} (${how})`,
      };
    }
    const passed = answer.verdict === "pass";
    return {
      kind: "outcome",
      state: passed ? "passed" : "failed",
      reason: passed ? "AnsweredPass" : "AnsweredFail",
      message: `${answer.by}: ${answer.reason}`,
      validator: answer.by,
      evidence: `${manual.question}\n${answer.verdict}, ${answer.by}: ${answer.reason}`,
    };
  }
}
