import { FAMILIES, type FamilyName, renderBuildArgs } from "../test/cluster/programs/families.ts";
import type { Program } from "./content.ts";
import { VERSIONS } from "./content.ts";

/** One of the image's Go programs, and how it is built: by the very arguments that make the local cluster's. */
export interface GoProgram {
  readonly program: Exclude<Program, "node">;
  /** Folder of its go.mod. */
  readonly module: string;
  readonly sources: readonly string[];
  readonly target: string;
  /** Arguments of `go`, quoted for a shell. */
  readonly arguments: string;
}

/** For a shell. */
const quoted = (text: string): string => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text}'`);

const goProgram = (name: FamilyName, program: GoProgram["program"]): GoProgram => {
  const family = FAMILIES.find((candidate) => candidate.name === name);
  if (family === undefined) throw new TypeError(`there is no family ${name}`);
  return {
    program,
    module: `test/cluster/programs/${name}`,
    sources: ["go.mod", "go.sum", ...family.sources],
    target: family.target,
    arguments: renderBuildArgs(family).map(quoted).join(" "),
  };
};

export const GO_PROGRAMS: readonly GoProgram[] = [
  goProgram("pulumi", "pulumi"),
  goProgram("pulumi-kubernetes", "pulumi-resource-kubernetes"),
];

const PROVIDER = "github.com/pulumi/pulumi-kubernetes/provider/v4";

/** The provider embeds its schema, which its module ships without a version. */
export const SCHEMA_STEPS: readonly string[] = [
  `go mod download ${PROVIDER}`,
  `sed '0,/{/s//{"version": "${VERSIONS.provider}",/' "$(go list -m -f '{{.Dir}}' ${PROVIDER})/cmd/pulumi-resource-kubernetes/schema.json" > schema.json`,
];

export const needsSchema = ({ program }: GoProgram): boolean => program === "pulumi-resource-kubernetes";
