/** The controller as in src/main.ts, with every effect recorded, and with an end to it where the harness wants one. */
import { startController } from "../../src/main/controller.ts";
import { readSettings } from "../../src/main/settings.ts";
import { makeLog } from "../../src/telemetry/log.ts";
import { Killer } from "./support/killer.ts";
import { killingPorts } from "./support/killing-ports.ts";
import { FOLDER_VARIABLE, Orders } from "./support/order.ts";

const folder = process.env[FOLDER_VARIABLE];
if (folder === undefined) throw new Error(`${FOLDER_VARIABLE} must name a folder for orders and record`);
const settings = readSettings(process.argv.slice(2), "0.0.0-faults");
const log = makeLog(settings.logLevel);
const killer = new Killer(new Orders(folder));
const controller = await startController(settings, "0.0.0-faults", log, (ports) =>
  killingPorts(ports, killer),
);
process.once("SIGTERM", () => {
  controller.stop().then(
    () => process.exit(0),
    () => process.exit(1),
  );
});
