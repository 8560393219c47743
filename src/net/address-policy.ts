import type { BlockList } from "node:net";
import { forbiddenRange, METADATA, readRanges } from "./forbidden-ranges.ts";
import { canonical, type IpAddress, meanings, readIp } from "./ip-address.ts";

/** An address at which the API server answers. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

export interface AddressPolicyOptions {
  /** Ranges in CIDR notation that are allowed although they are forbidden by default. */
  readonly allow?: readonly string[];
  /** Where the API server answers; asked at each connection, so it may change. */
  readonly apiServer?: () => readonly Endpoint[];
}

/** A policy as data. */
export interface PlainPolicy {
  readonly allow: readonly string[];
  readonly apiServer: readonly Endpoint[];
}

/**
 * Says which addresses the controller connects to for a check. Plans name hosts; a host that leads to the
 * controller's own machine, its network's metadata or the API server is refused.
 *
 * Ask the policy at the moment of the connection, with the address that is really connected to: a name may resolve
 * to something else a moment later.
 */
export class AddressPolicy {
  /**
   * For addresses of Services and pods, which come from the cluster and not from a plan: any range, but for metadata
   * services. Those have addresses that the API server lets users write into an EndpointSlice.
   */
  readonly slot: Pick<AddressPolicy, "problemOf">;
  readonly #allow: readonly string[];
  readonly #allowed: BlockList;
  readonly #apiServer: () => readonly Endpoint[];

  /** @throws RangeError for a range that is none */
  constructor({ allow = [], apiServer = () => [] }: AddressPolicyOptions = {}) {
    this.#allow = allow;
    this.#allowed = readRanges(allow);
    this.#apiServer = apiServer;
    this.slot = { problemOf: (address, port) => this.#problem(address, port, true) };
  }

  /** What it allows and where the API server is now, for a process that connects on its own for a while. */
  get plain(): PlainPolicy {
    return { allow: this.#allow, apiServer: this.#apiServer() };
  }

  /**
   * Why no connection may be made to an address, after the words "the address is"; undefined where one may.
   * What is no address is refused as well: a name has to be resolved first.
   */
  problemOf(address: string, port: number): string | undefined {
    return this.#problem(address, port, false);
  }

  #problem(address: string, port: number, trusted: boolean): string | undefined {
    const read = readIp(address);
    if (read === undefined) return "no IP address";
    for (const ip of meanings(read)) {
      const allowed = this.#allowed.check(ip.address, ip.family);
      if (this.#isApiServer(ip, port, trusted || allowed)) return "the API server's";
      if (allowed) continue;
      const range = forbiddenRange(ip.address, ip.family);
      if (range !== undefined && (!trusted || range === METADATA)) return range;
    }
    return undefined;
  }

  /** Of an address that is allowed otherwise only the port is refused: others may live on the same host. */
  #isApiServer(ip: IpAddress, port: number, exactly: boolean): boolean {
    const same = canonical(ip);
    return this.#apiServer().some((at) => {
      const other = readIp(at.address);
      return other !== undefined && canonical(other) === same && (!exactly || at.port === port);
    });
  }
}

/** What connections ask. */
export type AddressRule = Pick<AddressPolicy, "problemOf">;
