/**
 * The controller as it is, apart from one thing: on SIGUSR2 it collects its garbage, so that what is measured after
 * that is what it holds, and not when V8 last found time to look.
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;
process.on("SIGUSR2", () => {
  collect();
  collect();
});
await import("../../src/main.ts");
