/**
 * Loaded before the controller: its system clock can be set while it runs, as a machine's can; the monotonic clock is
 * not touched, as on a machine. The offset in milliseconds stands in a file, which is read again at SIGUSR2.
 */
import { readFileSync } from "node:fs";

export const CLOCK_VARIABLE = "BASCULE_FAULTS_CLOCK";

const file = process.env[CLOCK_VARIABLE];
if (file !== undefined) {
  const Real = Date;
  let offset = 0;
  class Shifted extends Real {
    constructor(...given: readonly unknown[]) {
      super(...((given.length === 0 ? [Shifted.now()] : given) as [number]));
    }
    static override now(): number {
      return Real.now() + offset;
    }
  }
  globalThis.Date = Shifted as DateConstructor;
  process.on("SIGUSR2", () => {
    offset = Number(readFileSync(file, "utf8"));
  });
}
