import { readFileSync } from "node:fs";
import { startController } from "./main/controller.ts";
import { readSettings } from "./main/settings.ts";
import { makeLog } from "./telemetry/log.ts";

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
  version: string;
};
const settings = readSettings(process.argv.slice(2), version);
const log = makeLog(settings.logLevel);

// What nobody expected ends the process: a successor starts from what is stored.
process.on("uncaughtException", (err) => {
  log.error({ err }, "unexpected error, the process ends");
  process.exit(1);
});

try {
  const controller = await startController(settings, version, log);
  let stopping = false;
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, () => {
      // A second signal ends the process at once.
      if (stopping) process.exit(130);
      stopping = true;
      log.info({ signal }, "stopping");
      controller.stop().then(
        () => process.exit(0),
        (error: unknown) => {
          log.error({ reason: String(error) }, "stopping failed");
          process.exit(1);
        },
      );
    });
  }
} catch (error) {
  log.error(
    { reason: error instanceof Error ? error.message : String(error) },
    "the controller could not start",
  );
  process.exit(1);
}
