import { type Duration, milliseconds, minutes, seconds } from "../base/duration.ts";
import type { Clock } from "../ports/clock.ts";
import { type Log, silentLog } from "../ports/log.ts";
import type { BackoffRange, Random } from "./backoff.ts";
import type { KubeClient } from "./client.ts";
import type { KubeObject } from "./kube-object.ts";
import { PAGE_SIZE, type Selection } from "./list.ts";
import { type KubeMetrics, noMetrics } from "./metrics.ts";
import type { Indexer } from "./object-store.ts";
import type { ResourceType } from "./resources.ts";
import { StringPool } from "./string-pool.ts";
import { keepAll, type Projection } from "./trim.ts";

export interface ReflectorOptions<T extends KubeObject> {
  readonly client: KubeClient;
  readonly type: ResourceType<T>;
  /** Where and what to watch; default: every object in every namespace. */
  readonly selection?: Selection;
  /** What is kept of each object; default: everything but managedFields. */
  readonly project?: Projection<T>;
  /** Keep managedFields, to tell who wrote what; default they are dropped before the projection. */
  readonly managedFields?: boolean;
  readonly indexers?: Readonly<Record<string, Indexer<T>>>;
  /** Shared by reflectors whose objects name each other. */
  readonly strings?: StringPool;
  readonly clock: Clock;
  readonly random?: Random;
  readonly log?: Log;
  readonly metrics?: KubeMetrics;
  readonly pageSize?: number;
  /** Silence after which the watch is ended and begun again. Bookmarks come about once a minute. */
  readonly idleTimeout?: Duration;
  /** How often a list is compared with what the watch has brought. */
  readonly auditEvery?: Duration;
  readonly backoff?: BackoffRange;
}

export interface ReflectorSettings<T extends KubeObject> extends Required<ReflectorOptions<T>> {
  readonly name: string;
}

/** A connection that served for this long was healthy: the next failure starts the back-off anew. */
export const HEALTHY_SPELL: Duration = minutes(1);
/** Deadline of one page of a list. */
export const PAGE_DEADLINE: Duration = seconds(30);
const [SHORTEST_WATCH, LONGEST_WATCH] = [minutes(4), minutes(8)];

export function withDefaults<T extends KubeObject>(options: ReflectorOptions<T>): ReflectorSettings<T> {
  const { type, selection } = options;
  const where = [selection?.namespace, selection?.labelSelector].filter((part) => part !== undefined);
  return {
    selection: {},
    project: keepAll,
    managedFields: false,
    indexers: {},
    strings: new StringPool(),
    random: Math.random,
    log: silentLog,
    metrics: noMetrics,
    pageSize: PAGE_SIZE,
    idleTimeout: seconds(90),
    auditEvery: minutes(15),
    backoff: { first: milliseconds(800), ceiling: seconds(30) },
    name: [type.plural, ...where].join("/"),
    ...options,
  };
}

/** Watches are asked to end after 4 to 8 minutes, each at another time, so that they don't come back together. */
export const watchLength = (random: Random): Duration =>
  milliseconds(SHORTEST_WATCH + Math.floor(random() * (LONGEST_WATCH - SHORTEST_WATCH)));
