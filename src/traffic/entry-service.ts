import type { Result } from "../base/result.ts";
import { readEntry, renderSelect, type ServiceObject } from "../core/traffic/entry-selector.ts";
import { OwnWrites } from "../kube/own-writes.ts";
import type { EntryObservation, EntryServices, EntryWrite, TrafficError } from "../ports/traffic-router.ts";
import { writeGuarded } from "./guarded-write.ts";
import type { ObjectAccess } from "./object-access.ts";

/** Moves the selectors of a plan's entry and preview Services; any other Service is left alone. */
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

  select(write: EntryWrite): Promise<Result<void, TrafficError>> {
    const { namespace, service: name } = write;
    const render = (service: ServiceObject) => renderSelect(service, write);
    return writeGuarded({ access: this.#services, seen: this.#seen, namespace, name, render });
  }
}
