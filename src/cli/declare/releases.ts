import type { Command } from "commander";
import { type Duration, hours } from "../../base/duration.ts";
import type { PackageOptions } from "../package-options.ts";
import type { TrafficOptions } from "../traffic-options.ts";
import {
  collect,
  durationOption,
  type GlobalValues,
  rateOption,
  type Start,
  shareOption,
  subcommand,
} from "./options.ts";

type PackageValues = GlobalValues & PackageOptions;

const withPackage = (command: Command): Command =>
  command
    .option("--image <image>", "image, or <container>=<image> for each of several", collect)
    .option("--version <version>", "version; default: the image's tag")
    .option("--name <name>", "name of the release; default: <plan>-<version>")
    .option("--values-file <file>", "YAML or JSON of values, laid over the plan's");

const withPrograms = (command: Command): Command =>
  command.option("--programs <folder>", "folder of your own stack programs; may be repeated", collect);

/** Commands about releases to come and about what the controller would do. */
export function declareReleases(program: Command, start: Start): void {
  withPackage(subcommand(program, "release <plan>", "create a release of a plan"))
    .option("--wait", "follow it to its end; the exit code tells it")
    .option("--timeout <duration>", "with --wait: stop waiting after this time; default: 1h", durationOption)
    .option("--dry-run", "let the API server check it and store nothing; see also: bascule plan")
    .action((plan: string, o: PackageValues & { wait?: boolean; timeout?: Duration; dryRun?: boolean }) =>
      start(o, async (context) =>
        (await import("../commands/release.ts")).release(context, {
          ...o,
          plan,
          wait: o.wait === true,
          timeout: o.timeout ?? hours(1),
          dryRun: o.dryRun === true,
        }),
      ),
    );
  withPrograms(withPackage(subcommand(program, "plan <plan>", "say what a release would do; writes nothing")))
    .option(
      "--prometheus <url>",
      "where comparisons' present traffic is read, for checks that name no address",
    )
    .option("--rps <number>", "suppose so many requests a second, in place of the present ones", rateOption)
    .option("--bad-share <share>", "with --rps: share of bad requests, 0.01 or 1%; default: 0", shareOption)
    .action((plan: string, o: PackageValues & TrafficOptions & { programs?: readonly string[] }) =>
      start(o, async (context) =>
        (await import("../commands/plan.ts")).plan(context, { ...o, plan, programs: o.programs ?? [] }),
      ),
    );
  withPrograms(
    subcommand(program, "explain <release>", "say what the controller would do now, and which rule says so"),
  ).action((release: string, o: GlobalValues & { programs?: readonly string[] }) =>
    start(o, async (context) =>
      (await import("../commands/explain.ts")).explain(context, { release, programs: o.programs ?? [] }),
    ),
  );
}
