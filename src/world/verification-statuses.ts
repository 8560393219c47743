import type { Verification, VerificationStatus } from "../api/verification.ts";
import { seconds } from "../base/duration.ts";
import type { KubeClient } from "../kube/client.ts";
import { FairLimit } from "../kube/fair-limit.ts";
import { objectKey } from "../kube/kube-object.ts";
import { OwnWrites, type VersionedObject } from "../kube/own-writes.ts";
import type { WriteEcho } from "../kube/write-echo.ts";
import { TYPES } from "./types.ts";

/** Statuses that are written at once, over all namespaces and of one. */
const [AT_ONCE, OF_ONE] = [16, 12];
const DEADLINE = seconds(10);

/**
 * Stores what the gate has found. A write goes over the newest version that is known, its own former write's if the
 * watch has not shown that yet: over the older one it would be refused, and the verdict stored half a second later.
 * What others have written since is never written over, for their version is known from the watch alone.
 */
export class VerificationStatuses {
  readonly #client: KubeClient;
  readonly #echo: Pick<WriteEcho, "expect">;
  readonly #limit = new FairLimit(AT_ONCE, OF_ONE);
  readonly #versions = new OwnWrites<VersionedObject>(() => undefined);

  /** `echo` is told what was written: the gate writes also while nothing is written of plans and releases. */
  constructor(client: KubeClient, echo: Pick<WriteEcho, "expect">) {
    this.#client = client;
    this.#echo = echo;
  }

  /** Rejects with the `KubeError` when it could not be stored. */
  async write({ metadata }: Verification, status: VerificationStatus): Promise<void> {
    const { namespace, name } = metadata;
    await this.#limit.run(namespace ?? "", async () => {
      // Looked up when it is this write's turn, which may be later.
      const known = this.#versions.newest(metadataOf(metadata), objectKey(metadata));
      const read = { resourceVersion: known?.metadata.resourceVersion ?? "", status };
      const ref = { namespace, name };
      const answer = await this.#client.replaceStatus(TYPES.verifications, ref, read, { deadline: DEADLINE });
      if (!answer.ok) throw answer.error;
      const written = metadataOf(answer.value.metadata);
      this.#versions.remember(written);
      this.#echo.expect(written);
    });
  }
}

/** No more than is needed is kept of an object. */
const metadataOf = ({
  name,
  namespace = "",
  uid = "",
  resourceVersion = "",
}: VersionedObject["metadata"]): VersionedObject => ({ metadata: { name, namespace, uid, resourceVersion } });
