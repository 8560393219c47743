import type { Release } from "../../api/release.ts";
import { seconds } from "../../base/duration.ts";
import { CliFailure } from "../cli-failure.ts";
import type { Cluster } from "../cluster.ts";
import { type CommandContext, withCluster } from "../command-context.ts";
import { type Asked, type Level, levelFor } from "../control-level.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { findRelease } from "../find-object.ts";
import { printObject, withoutManagedFields } from "../print-object.ts";
import { RELEASES } from "../resource-types.ts";
import { whoAmI } from "../who-am-i.ts";

const DEADLINE = seconds(15);

export interface ControlArguments {
  readonly release: string;
  readonly reason: string;
  readonly asked: Asked;
}

/** Sets one level of `spec.control` under the name of the person who runs the command. */
export function control(context: CommandContext, given: ControlArguments): Promise<ExitCode> {
  return withCluster(context, async (cluster) => {
    const release = await findRelease(cluster, given.release);
    const level = levelFor(release, given.asked);
    const after = level.kind === "write" ? await writeLevel(cluster, release, level, given.reason) : release;
    const { output = "table" } = context.options;
    if (output !== "table") await printObject(context.terminal, output, withoutManagedFields(after));
    else context.terminal.out(sentence(release, level));
    return EXIT.ok;
  });
}

const sentence = (release: Release, level: Level): string =>
  `release ${release.metadata.name}: ${level.kind === "already" ? `nothing to do, ${level.said}` : level.said}`;

async function writeLevel(
  cluster: Cluster,
  release: Release,
  level: Level & { readonly kind: "write" },
  reason: string,
): Promise<Release> {
  const { name, namespace, uid } = release.metadata;
  const by = await whoAmI(cluster);
  const patch = {
    // A release of the same name made meanwhile is refused; the controller's status writes are not in the way.
    metadata: { uid },
    spec: { control: { [level.command]: { ...level.level, by, reason } } },
  };
  const written = await cluster.client.mergePatch(RELEASES, { name, namespace }, patch, {
    deadline: DEADLINE,
    fieldValidation: "Strict",
  });
  if (written.ok) return written.value;
  if (written.error.kind === "conflict")
    throw new CliFailure(
      `release ${name} was deleted and made again meanwhile; look at it and try again`,
      EXIT.error,
      written.error,
    );
  throw written.error;
}
