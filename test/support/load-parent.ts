/** A process that begins an endless load on the address it is given, tells the generator's process id, and waits. */
import { seconds } from "../../src/base/duration.ts";
import { LoadProcess } from "../../src/probes/load/load-process.ts";

const load = new LoadProcess({
  stages: [{ from: 20, to: 20, duration: seconds(300) }],
  ...{ url: process.argv[2] ?? "", method: "GET", headers: {}, slot: true },
  policy: { allow: [], apiServer: [] },
  ...{ connections: 4, timeout: 5_000, allowedErrors: 1 },
});
process.stdout.write(`${load.pid}\n`);
await load.gone;
