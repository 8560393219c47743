/** The controller as in src/main.ts, but for journals: a release's status takes a few entries only, so that each has segments. */
import { JOURNAL_BOUNDS } from "../../src/core/record/bounds.ts";
import { startController } from "../../src/main/controller.ts";
import { readSettings } from "../../src/main/settings.ts";
import { makeLog } from "../../src/telemetry/log.ts";

const VERSION = "0.0.0-short-journals";
const settings = readSettings(process.argv.slice(2), VERSION);
const journalBounds = { ...JOURNAL_BOUNDS, kept: 2, segment: 2 };
const controller = await startController(settings, VERSION, makeLog(settings.logLevel), (ports) => ({
  ...ports,
  journalBounds,
}));
process.once("SIGTERM", () => {
  controller.stop().then(
    () => process.exit(0),
    () => process.exit(1),
  );
});
