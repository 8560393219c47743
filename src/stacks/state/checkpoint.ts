/** Pulumi's checkpoint files and the exchange form of `pulumi stack export`; neither is ever decrypted here. */
import { z } from "zod";
import { err, ok, type Result } from "../../base/result.ts";
import { PROJECT, pulumiStackName } from "../names.ts";

const DEPLOYMENT = z.looseObject({
  secrets_providers: z.looseObject({ type: z.string() }).optional(),
  resources: z.array(z.looseObject({ urn: z.string(), type: z.string() })).optional(),
  pending_operations: z.array(z.looseObject({ type: z.string() })).optional(),
});
const CHECKPOINT = z.looseObject({
  version: z.int(),
  checkpoint: z.looseObject({ stack: z.string(), latest: DEPLOYMENT.optional() }),
});
const EXPORT = z.looseObject({ version: z.int(), deployment: DEPLOYMENT });

export type Checkpoint = Readonly<z.infer<typeof CHECKPOINT>>;
/** What `pulumi stack export` prints and `pulumi stack import` takes. Secrets in it stay encrypted. */
export type StackExport = Readonly<z.infer<typeof EXPORT>>;

/** The version of deployments that is read and written. */
const VERSION = 3;

/** @returns an error that says what is wrong when the file is none, or not whole */
export function readCheckpoint(bytes: Uint8Array): Result<Checkpoint, string> {
  return parse(CHECKPOINT, bytes);
}

/** A checkpoint in the exchange form; without resources for a stack that has none yet. */
export const exportOf = ({ version, checkpoint }: Checkpoint): StackExport => ({
  version,
  deployment: checkpoint.latest ?? { resources: [] },
});

/** What somebody wants to import, as a checkpoint of the stack; an error names what does not fit. */
export function importOf(stack: string, text: string): Result<Buffer, string> {
  const read = parse(EXPORT, Buffer.from(text));
  if (!read.ok) return read;
  const { version, deployment } = read.value;
  if (version !== VERSION) return err(`version is ${version}; only ${VERSION} is taken`);
  const name = pulumiStackName(stack);
  const own = `urn:pulumi:${name}::${PROJECT}::`;
  const foreign = deployment.resources?.find(({ urn }) => !urn.startsWith(own));
  if (foreign) return err(`resource ${foreign.urn} is not of stack ${name} of project ${PROJECT}`);
  if ((deployment.resources ?? []).length > 0 && deployment.secrets_providers === undefined)
    return err(
      "deployment.secrets_providers is missing, so its secrets could be in plain text; export it without --show-secrets",
    );
  const plain = PLAIN.exec(text)?.[0];
  if (plain !== undefined) return err("it holds secrets in plain text; export it without --show-secrets");
  return ok(
    Buffer.from(
      JSON.stringify({
        version,
        checkpoint: { stack: `organization/${PROJECT}/${name}`, latest: deployment },
      }),
    ),
  );
}

/** A secret as `--show-secrets` prints it: marked as one, with its text beside it. */
const PLAIN = /"plaintext"\s*:/;

function parse<T>(schema: z.ZodType<T>, bytes: Uint8Array): Result<T, string> {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8"));
  } catch {
    return err("it is not JSON");
  }
  const read = schema.safeParse(value);
  if (read.success) return ok(read.data);
  const [issue] = read.error.issues;
  return err(`${issue?.path.join(".") || "it"}: ${issue?.message}`);
}
