import type { Result } from "../base/result.ts";
import { readEntry, renderSelect, type ServiceObject } from "../core/traffic/entry-selector.ts";
import { type FormerService, readFormer, renderTakeOver } from "../core/traffic/former-service.ts";
import { OwnWrites } from "../kube/own-writes.ts";
import type {
  EntryObservation,
  EntryServices,
  EntryWrite,
  TakeOverWrite,
  TrafficError,
} from "../ports/traffic-router.ts";
import { writeGuarded } from "./guarded-write.ts";
import type { ObjectAccess } from "./object-access.ts";

/**
 * Moves the selectors of a plan's entry and preview Services. Of others one is ever written: the former Service of the
 * user's own, when it is to become an entry.
 */
export class EntrySelectors implements EntryServices {
  readonly #services: ObjectAccess<ServiceObject>;
  readonly #seen: OwnWrites<ServiceObject>;

  constructor(services: ObjectAccess<ServiceObject>) {
    this.#services = services;
    this.#seen = new OwnWrites((ref) => services.get(ref.namespace ?? "", ref.name));
  }

  observe(namespace: string, service: string, plan: string): EntryObservation {
    const { exists, slot, run } = readEntry(this.#seen.get({ namespace, name: service }), plan);
    return { exists, ...(slot === undefined ? {} : { slot }), ...(run === undefined ? {} : { run }) };
  }

  former(namespace: string, service: string, plan: string): FormerService {
    return readFormer(service, this.#seen.get({ namespace, name: service }), plan);
  }

  takeOver(write: TakeOverWrite): Promise<Result<void, TrafficError>> {
    const { namespace, service: name } = write;
    const render = (service: ServiceObject) => renderTakeOver(service, write);
    return writeGuarded({ access: this.#services, seen: this.#seen, namespace, name, render });
  }

  select(write: EntryWrite): Promise<Result<void, TrafficError>> {
    const { namespace, service: name } = write;
    const render = (service: ServiceObject) => renderSelect(service, write);
    return writeGuarded({ access: this.#services, seen: this.#seen, namespace, name, render });
  }
}
