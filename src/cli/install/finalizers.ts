import type { KubeObject } from "../../api/object.ts";
import { GROUP } from "../../api/object.ts";
import { seconds } from "../../base/duration.ts";
import { ok, type Result } from "../../base/result.ts";
import type { KubeError } from "../../kube/kube-error.ts";
import type { ResourceType } from "../../kube/resources.ts";
import type { Cluster } from "../cluster.ts";

const MINE = `${GROUP}/`;
const DEADLINE = seconds(15);
/** Others write as well while we do: a changed object is read again this often. */
const ATTEMPTS = 5;

/** Takes Bascule's finalizers off; those of others stay. @returns of how many objects */
export async function dropFinalizers(
  { client }: Cluster,
  type: ResourceType,
  objects: readonly KubeObject[],
): Promise<Result<number, KubeError>> {
  let dropped = 0;
  for (const object of objects.filter(hasMine)) {
    const done = await dropOne({ client }, type, object);
    if (!done.ok) return done;
    dropped += 1;
  }
  return ok(dropped);
}

async function dropOne(
  { client }: Pick<Cluster, "client">,
  type: ResourceType,
  object: KubeObject,
): Promise<Result<void, KubeError>> {
  let { metadata } = object;
  for (let attempt = 1; ; attempt++) {
    const finalizers = (metadata.finalizers ?? []).filter((name) => !name.startsWith(MINE));
    const { resourceVersion } = metadata;
    const write = { deadline: DEADLINE, resourceVersion };
    const written = await client.mergePatch(type, metadata, { metadata: { finalizers } }, write);
    if (written.ok || written.error.kind === "notFound") return ok(undefined);
    if (written.error.kind !== "conflict" || attempt === ATTEMPTS) return written;
    const again = await client.get(type, metadata, { deadline: DEADLINE });
    if (!again.ok) return again.error.kind === "notFound" ? ok(undefined) : again;
    metadata = again.value.metadata;
  }
}

const hasMine = ({ metadata }: KubeObject): boolean =>
  metadata.finalizers?.some((name) => name.startsWith(MINE)) === true;
