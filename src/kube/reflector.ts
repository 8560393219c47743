import { type Duration, milliseconds } from "../base/duration.ts";
import { Auditor } from "./auditor.ts";
import { Backoff } from "./backoff.ts";
import { type ChangeHandler, Handlers } from "./handlers.ts";
import type { KubeError } from "./kube-error.ts";
import { type KubeObject, keyOf } from "./kube-object.ts";
import { type Listed, listAll } from "./lister.ts";
import type { ReflectorCounter } from "./metrics.ts";
import { type Change, entryOf, ObjectStore, type ReadStore } from "./object-store.ts";
import {
  HEALTHY_SPELL,
  PAGE_DEADLINE,
  type ReflectorOptions,
  type ReflectorSettings,
  watchLength,
  withDefaults,
} from "./reflector-options.ts";
import { sleep } from "./sleep.ts";
import { isRefusal, MOST_PUT_OFF, STREAM_DEADLINE } from "./streamed-list.ts";
import { ingest } from "./trim.ts";
import { WatchSpell } from "./watch-spell.ts";
import { runWatch, type WatchEnd, type WatchEvent } from "./watch-stream.ts";

/** `opening`: a watch was asked for and the server has not answered yet. */
export type ReflectorState = "idle" | "listing" | "opening" | "watching" | "waiting" | "stopped";

/**
 * Keeps a store equal to a resource: list, watch, repair. A list is streamed, and its connection goes on as the watch; where
 * that is not to be had, it is read in pages. While it runs it is never dead: every way in which
 * a list or a watch can end leads, with back-off, to the next one.
 */
export class Reflector<T extends KubeObject> {
  readonly name: string;
  readonly #settings: ReflectorSettings<T>;
  readonly #store: ObjectStore<T>;
  readonly #handlers: Handlers<T>;
  readonly #backoff: Backoff;
  readonly #auditor: Auditor<T>;
  readonly #stop = new AbortController();
  readonly #counters = new Map<ReflectorCounter, number>();
  #state: ReflectorState = "idle";
  #loop: Promise<void> | undefined;
  /** Where the next watch starts; undefined when a list has to come first. */
  #version: string | undefined;
  /** The next list is read in pages: the one before was to be streamed and was not, or what is streamed is not trusted. */
  #paged = false;
  /** False once the server has said that it does not know streamed lists. */
  #streams = true;
  /** How often in a row a streamed list was put off. */
  #putOff = 0;
  #synced = false;
  #lastLife: Duration;
  #listedAt: Duration | undefined;
  /** The present watch, once what it began with is known whole; ended from here to list again, or to watch on from where it is. */
  #spell: WatchSpell<T> | undefined;

  constructor(options: ReflectorOptions<T>) {
    const settings = withDefaults(options);
    this.#settings = settings;
    this.name = settings.name;
    this.#store = new ObjectStore(settings.indexers);
    this.#handlers = new Handlers((cause) => {
      this.#count("handlerErrors");
      settings.log.error({ reflector: this.name, err: cause }, "a handler of a change failed");
    });
    this.#backoff = new Backoff(settings.backoff, settings.random);
    this.#lastLife = settings.clock.monotonic();
    this.#auditor = new Auditor({
      settings,
      store: this.#store,
      signal: this.#stop.signal,
      watchedTo: () => this.#version,
      aliveSince: (at) => this.#state === "watching" && this.#lastLife > at,
      onDone: (missed) => this.#audited(missed),
    });
  }

  /** What is known now. Complete only once `synced`. */
  get store(): ReadStore<T> {
    return this.#store;
  }

  /** Whether a whole list has been taken in since the start. */
  get synced(): boolean {
    return this.#synced;
  }

  get state(): ReflectorState {
    return this.#state;
  }

  /** Time since the server last gave any sign; readiness is judged by it, not by the process being alive. */
  get silence(): Duration {
    return milliseconds(this.#settings.clock.monotonic() - this.#lastLife);
  }

  counter(counter: ReflectorCounter): number {
    return this.#counters.get(counter) ?? 0;
  }

  /** Has each change told from now on; what is in the store already is told first. @returns what ends it */
  subscribe(handler: ChangeHandler<T>): () => void {
    for (const object of this.#store.list())
      this.#handlers.tellOne(handler, { kind: "added", object, initial: true });
    return this.#handlers.add(handler);
  }

  /** Starts the loop; a second call does nothing. */
  start(): void {
    if (this.#loop || this.#stop.signal.aborted) return;
    this.#lastLife = this.#settings.clock.monotonic();
    this.#loop = this.#run();
  }

  /** Begins the watch again if it has given no sign for longer. What is known stays, and nothing is missed. */
  renew(silent: Duration): void {
    if (this.silence > silent) this.#spell?.interrupt("renew");
  }

  /** Ends request and timers; no handler runs after this call. Resolves when everything is over. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await Promise.all([this.#loop, this.#auditor.cancel()]);
    this.#state = "stopped";
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      let wait: Duration | undefined;
      try {
        wait =
          this.#version === undefined && this.#paged ? await this.#list() : await this.#watch(this.#version);
      } catch (cause) {
        this.#count("errors");
        this.#settings.log.error({ reflector: this.name, err: cause }, "an object could not be taken in");
        this.#version = undefined;
        wait = this.#backoff.next();
      }
      if (wait === undefined || signal.aborted) continue;
      this.#state = "waiting";
      await sleep(this.#settings.clock, wait, signal);
    }
  }

  /** @returns how long to wait before going on; undefined: not at all */
  async #list(): Promise<Duration | undefined> {
    this.#beginList();
    this.#count("lists");
    this.#paged = !this.#streams;
    const listed = await listAll(this.#settings, this.#stop.signal);
    if (this.#stop.signal.aborted) return undefined;
    if (!listed.ok) {
      this.#surface(listed.error, "a list failed");
      return this.#backoff.next(listed.error.retryAfter);
    }
    this.#life();
    this.#becomeEqual(listed.value);
    return undefined;
  }

  #beginList(): void {
    this.#state = "listing";
    this.#auditor.forget();
  }

  #becomeEqual({ entries, resourceVersion }: Listed<T>): void {
    for (const change of this.#store.replace(entries, !this.#synced)) this.#tell(change);
    this.#version = resourceVersion;
    this.#putOff = 0;
    this.#listedAt = this.#settings.clock.monotonic();
    this.#synced = true;
    this.#auditor.schedule();
  }

  /** Watches from a version; without one, from a streamed list on. */
  async #watch(version: string | undefined): Promise<Duration | undefined> {
    const spell = new WatchSpell(this.#settings, this.#stop.signal, version === undefined);
    if (spell.list) this.#beginList();
    else {
      this.#state = "opening";
      this.#beginWatch(spell);
    }
    const end = await this.#runSpell(spell, version);
    this.#spell = undefined;
    if (this.#stop.signal.aborted) return undefined;
    if (spell.list) return this.#afterPartOfList(end);
    if (spell.interrupted === "relist") this.#version = undefined;
    if (spell.interrupted !== undefined) return undefined;
    return this.#afterWatch(end, spell.opened);
  }

  #beginWatch(spell: WatchSpell<T>): void {
    this.#count("watches");
    this.#spell = spell;
  }

  #runSpell(spell: WatchSpell<T>, version: string | undefined): Promise<WatchEnd> {
    const { client, clock, type, selection, random, idleTimeout } = this.#settings;
    const cancel = spell.list ? clock.after(STREAM_DEADLINE, () => spell.endList()) : () => {};
    return runWatch({
      transport: client.transport,
      clock,
      type,
      selection,
      resourceVersion: version,
      serverTimeout: watchLength(random),
      idleTimeout: () => (spell.list ? PAGE_DEADLINE : idleTimeout),
      signal: spell.signal,
      onLife: () => {
        this.#life();
        if (!spell.list) this.#state = "watching";
      },
      onEvent: (event) => {
        if (!spell.list) return this.#take(event);
        const listed = spell.takeOfList(event);
        if (listed === undefined) return;
        cancel();
        this.#count("lists");
        this.#beginWatch(spell);
        this.#becomeEqual(listed);
        this.#state = "watching";
      },
    }).finally(cancel);
  }

  /** Nothing of a part is used, and the next list is read in pages: so nobody depends on what a server may not do. */
  #afterPartOfList(end: WatchEnd): Duration | undefined {
    this.#paged = true;
    if (end.kind === "failed" && isRefusal(end.error)) {
      const { code, kind, message } = end.error;
      this.#streams = kind === "forbidden" || kind === "notFound";
      this.#settings.log.info({ reflector: this.name, code, detail: message }, "lists are not streamed here");
      return undefined;
    }
    this.#count("lists");
    // A server that has just started says so until it has read everything itself. Pages would be more work for it.
    if (end.kind === "failed" && end.error.kind === "tooManyRequests")
      this.#paged = ++this.#putOff > MOST_PUT_OFF;
    if (end.kind === "failed" || end.kind === "gone") {
      this.#surface(end.error, "a streamed list failed");
      return this.#backoff.next(end.error.retryAfter);
    }
    this.#count("errors");
    this.#settings.log.warn(
      { reflector: this.name, end: end.kind },
      "a streamed list did not come to its end",
    );
    return this.#backoff.next();
  }

  /** A spell counts up to its last sign of life, so that a silent connection is never taken for a healthy one. */
  #afterWatch(end: WatchEnd, opened: Duration): Duration | undefined {
    const until = end.kind === "closed" ? this.#settings.clock.monotonic() : this.#lastLife;
    const healthy = until - opened >= HEALTHY_SPELL;
    if (healthy) this.#backoff.reset();
    switch (end.kind) {
      case "closed":
        return healthy ? undefined : this.#backoff.next();
      case "idle":
        this.#count("idleEnds");
        this.#settings.log.warn(
          { reflector: this.name, silence: this.silence },
          "a watch went silent and is begun again",
        );
        return this.#backoff.next();
      case "badLine":
        this.#count("badLines");
        this.#count("errors");
        this.#settings.log.error({ reflector: this.name }, "a line of a watch could not be read");
        return this.#backoff.next();
      case "gone": {
        this.#count("gone");
        this.#version = undefined;
        const listedAt = this.#listedAt ?? Number.NEGATIVE_INFINITY;
        const rare = this.#settings.clock.monotonic() - listedAt >= HEALTHY_SPELL;
        return rare ? undefined : this.#backoff.next(end.error.retryAfter);
      }
      case "failed":
        this.#surface(end.error, "a watch failed");
        return this.#backoff.next(end.error.retryAfter);
    }
  }

  #take(event: WatchEvent): void {
    if (this.#stop.signal.aborted) return;
    const { object } = event;
    const version = object.metadata.resourceVersion;
    if (event.type === "BOOKMARK") this.#count("bookmarks");
    else {
      this.#count("events");
      const kept = ingest(this.#settings, object);
      if (event.type === "DELETED") this.#auditor.deleted(keyOf(object));
      const changes =
        event.type === "DELETED"
          ? this.#store.remove(keyOf(object), kept)
          : this.#store.put(entryOf(object, kept));
      for (const change of changes) this.#tell(change);
    }
    this.#version = version;
    this.#auditor.progressed();
  }

  #audited(missed: number): void {
    this.#count("audits");
    if (missed === 0) return;
    this.#count("missed", missed);
    this.#settings.log.error({ reflector: this.name, missed }, "the watch has missed changes; listing again");
    // What is streamed comes from where the watch came from.
    this.#paged = true;
    this.#spell?.interrupt("relist");
  }

  #tell(change: Change<T>): void {
    if (!this.#stop.signal.aborted) this.#handlers.tell(change);
  }

  #life(): void {
    this.#lastLife = this.#settings.clock.monotonic();
  }

  #surface(error: KubeError, what: string): void {
    this.#count("errors");
    const { kind, code, reason, message, retryAfter } = error;
    this.#settings.log.warn({ reflector: this.name, kind, code, reason, retryAfter, detail: message }, what);
  }

  #count(counter: ReflectorCounter, by = 1): void {
    this.#counters.set(counter, this.counter(counter) + by);
    this.#settings.metrics.reflectorCount(this.name, counter, by);
  }
}
