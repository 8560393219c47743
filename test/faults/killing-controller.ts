/** The controller as in src/main.ts, with every effect recorded, and with an end to it where the harness wants one. */
import { flushCompileCache } from "node:module";
import { startController } from "../../src/main/controller.ts";
import { readSettings } from "../../src/main/settings.ts";
import { makeLog } from "../../src/telemetry/log.ts";
import { Killer } from "./support/killer.ts";
import { killingPorts } from "./support/killing-ports.ts";
import { FOLDER_VARIABLE, Orders } from "./support/order.ts";
import { whenTurn } from "./support/turn.ts";

const folder = process.env[FOLDER_VARIABLE];
if (folder === undefined) throw new Error(`${FOLDER_VARIABLE} must name a folder for orders and record`);
// Each life has a name of its own, by which the API server's audit log tells one writer from another.
const version = `0.0.0-faults.${process.pid}`;
const settings = readSettings(process.argv.slice(2), version);
const log = makeLog(settings.logLevel);
// It is written at the end of a process otherwise, and this one has none that it knows of.
flushCompileCache();
if (process.env.BASCULE_FAULTS_TURN !== undefined) await whenTurn(folder);
const killer = new Killer(new Orders(folder));
const controller = await startController(settings, version, log, (ports) => killingPorts(ports, killer));
process.once("SIGTERM", () => {
  controller.stop().then(
    () => process.exit(0),
    () => process.exit(1),
  );
});
