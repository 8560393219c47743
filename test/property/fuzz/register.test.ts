import { globSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { OBJECT_PARSERS } from "./object-parsers.ts";
import { TEXT_PARSERS } from "./text-parsers.ts";

/** Named like a parser, and none of anything from outside on its own; or fuzzed elsewhere. */
const NOT_HERE: Readonly<Record<string, string>> = {
  "src/cli/compose/installed-program.ts#readInstalledProgram":
    "the administrator's own files, bounded and as they are",
  "src/cli/compose/manifests.ts#readManifests": "files of the product",
  "src/cli/compose/read-program.ts#readProgram": "settings of the product's own",
  "src/cli/compose/read-world.ts#readWorld":
    "asks the API server; its objects are read by what is fuzzed here",
  "src/cli/install/deployed.ts#readDeployed": "asks the API server for the administrator's own Deployment",
  "src/cli/package-options.ts#readPackage": "the caller's own command line",
  "src/cli/package-options.ts#readValues":
    "the caller's own file, by the yaml package with a bound on aliases",
  "src/cli/read-journal.ts#readJournal": "readSegment and verifyJournal, fuzzed here",
  "src/cli/read-verification.ts#readVerification": "the caller's own file; checked by the API's schema",
  "src/core/gate/template-args.ts#readArguments":
    "of what the schema let through; placeholders are fuzzed here",
  "src/core/gate/load/stages.ts#readStages": "readLimit and readRate, fuzzed here",
  "src/core/record/vsr/read-report.ts#readVsrReport":
    "of objects that were read; its texts are fuzzed in test/property/fuzz/models",
  "src/main/settings.ts#readSettings": "the administrator's own command line",
  "src/metrics/compare-reader.ts#readWindows": "asks Prometheus; its answers are fuzzed here",
  "src/metrics/share-reader.ts#readSelector": "asks Prometheus; its answers are fuzzed here",
  "src/net/bounded-body.ts#readBody": "bytes up to a bound, as they are",
  "src/probes/candidate-pods.ts#readFailureLook": "of an error's kind",
  "src/probes/functional/tcp-answer.ts#readUntilMatch":
    "bytes up to a bound; matched by the bounded expression",
  "src/probes/security/log-reader.ts#readLog": "asks the API server; its lines are fuzzed here",
  "src/probes/webhook/answer.ts#readAnswer": "a bounded body, by a schema",
  "src/stacks/load-program.ts#readPorts": "of the program, by its own schema",
  "src/stacks/load-program.ts#readValues": "of the program, by its own schema",
  "src/stacks/state/state-secret.ts#readFormer":
    "fuzzed in test/property/fuzz/models: damaged and expanding archives",
  "src/traffic/failures.ts#readFailure": "of an error's kind",
  "src/traffic/failures.ts#readRefusal": "of our own rendering",
};

const PARSER = /^export (?:async )?(?:function|const) ((?:read|parse)[A-Z]\w*)/gm;

it("every exported read… or parse… of the source is fuzzed, or it is said why it needs not be", () => {
  const files = globSync("src/**/*.ts").filter((file) => !file.endsWith(".test.ts"));
  const exported = files.flatMap((file) =>
    [...readFileSync(file, "utf8").matchAll(PARSER)].map(([, name]) => `${file}#${name}`),
  );
  expect(exported.length).toBeGreaterThan(50);
  const fuzzed = [...TEXT_PARSERS, ...OBJECT_PARSERS].flatMap(({ of }) => of);
  expect(exported.filter((name) => !fuzzed.includes(name) && !(name in NOT_HERE))).toEqual([]);
  // What is listed is there: a parser that was renamed must not be taken for fuzzed.
  const gone = [...fuzzed, ...Object.keys(NOT_HERE)].filter((listed) => {
    const [file = "", name = ""] = listed.split("#");
    return !files.includes(file) || !new RegExp(`export .*\\b${name}\\b`).test(readFileSync(file, "utf8"));
  });
  expect(gone).toEqual([]);
});
