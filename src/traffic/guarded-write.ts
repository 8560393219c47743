import { sameJson } from "../base/json.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { PatchOp } from "../core/traffic/json-patch.ts";
import type { RenderedWrite } from "../core/traffic/render-write.ts";
import type { OwnWrites } from "../kube/own-writes.ts";
import type { TrafficError } from "../ports/traffic-router.ts";
import { isRace, readFailure, readRefusal } from "./failures.ts";
import type { ObjectAccess, VersionedObject } from "./object-access.ts";

/** Requests for one write before the caller is told that somebody else is writing all the time. */
const MOST_ATTEMPTS = 5;

export interface GuardedWrite<T extends VersionedObject> {
  readonly access: ObjectAccess<T>;
  readonly seen: OwnWrites<T>;
  readonly namespace: string;
  readonly name: string;
  /** Pure: what to send for the object as it is. */
  readonly render: (object: T) => RenderedWrite;
}

/**
 * Sends a write whose guards are tests, not a version. The first attempt starts from the cache, without a read
 * before it. Where a test fails (the API server answers 422 and doesn't say which), the object is read and the
 * write is rendered anew: then it is either done already, or too late, or goes out once more. `ok` is said only of
 * what the API server has.
 */
export async function writeGuarded<T extends VersionedObject>(
  write: GuardedWrite<T>,
): Promise<Result<void, TrafficError>> {
  let object: T | undefined = write.seen.get({ namespace: write.namespace, name: write.name });
  let isLive = false;
  let sent: readonly PatchOp[] | undefined;
  let last: TrafficError = { kind: "conflict", message: "not tried" };
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
    if (object === undefined) {
      const read = await write.access.read(write.namespace, write.name);
      if (!read.ok) return err(readFailure(read.error));
      object = read.value;
      isLive = true;
      write.seen.remember(read.value);
    }
    const rendered = write.render(object);
    if (rendered.kind !== "patch" && !isLive) {
      // That a cache says so is no proof that it is done, and no reason to give up a revert.
      object = undefined;
      continue;
    }
    if (rendered.kind === "same") return ok(undefined);
    if (rendered.kind !== "patch") return err(readRefusal(rendered));
    // The same patch was refused for the same object: it is the patch that is wrong.
    if (last.kind === "invalid" && isLive && sameJson(sent, rendered.ops)) return err(last);
    const answer = await write.access.patch(write.namespace, write.name, rendered.ops);
    if (answer.ok) {
      write.seen.remember(answer.value);
      return ok(undefined);
    }
    last = readFailure(answer.error);
    if (!isRace(answer.error)) return err(last);
    sent = rendered.ops;
    object = undefined;
  }
  return err({ kind: "conflict", message: `still refused after ${MOST_ATTEMPTS} attempts: ${last.message}` });
}
