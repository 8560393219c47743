/** One place where a Service is served. */
export interface ReadyEndpoint {
  readonly address: string;
  /** Name of the pod, where it is one. */
  readonly pod?: string;
  /** Its own ports, by the names that the Service gives them; the name of an only port may be empty. */
  readonly ports: readonly EndpointPort[];
}

export interface EndpointPort {
  readonly name: string;
  readonly port: number;
}

export interface ServiceEndpoints {
  /** Ports of the Service itself, in its order. */
  readonly ports: readonly EndpointPort[];
  readonly ready: readonly ReadyEndpoint[];
}

/** Reads the ready endpoints of a Service from a cache; undefined when there is no such Service. */
export type FindEndpoints = (namespace: string, service: string) => ServiceEndpoints | undefined;
