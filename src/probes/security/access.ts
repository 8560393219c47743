import { performance } from "node:perf_hooks";
import type { AccessCheck, AccessRequest } from "../../api/checks/access.ts";
import { milliseconds, readDuration } from "../../base/duration.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { TimeLimit } from "../../base/time-limit.ts";
import { REQUESTS_AT_ONCE } from "../../core/gate/kinds/access.ts";
import type { AddressPolicy } from "../../net/address-policy.ts";
import type { Checker, Look, LookContext } from "../../ports/checks.ts";
import { readFailureLook } from "../candidate-pods.ts";
import type { CredentialsStore } from "../credentials-store.ts";
import { wrongKind } from "../examination.ts";
import { HttpExchange } from "../functional/http-exchange.ts";
import { addressOf, type HttpTarget } from "../http-address.ts";
import { failureOf, unreadable } from "../look-failure.ts";
import type { ResolveService } from "../service-address.ts";
import { type AccessAnswer, assessAccess } from "./access-answers.ts";

/** A header by the name of the identity that it makes. */
type Headers = ReadonlyMap<string, Readonly<Record<string, string>>>;

/** Security check: what the candidate lets anybody, or a given identity, do. */
export class AccessChecker implements Checker {
  readonly kind = "access";
  readonly #resolveService: ResolveService;
  readonly #exchange: HttpExchange;
  readonly #credentials: CredentialsStore;

  constructor(resolveService: ResolveService, policy: AddressPolicy, credentials: CredentialsStore) {
    this.#resolveService = resolveService;
    this.#exchange = new HttpExchange(policy);
    this.#credentials = credentials;
  }

  async look(context: LookContext): Promise<Look> {
    const { access } = context.check;
    if (access === undefined) return wrongKind(this.kind);
    context.signal.throwIfAborted();
    const headers = await this.#headers(access, context);
    if (!headers.ok) return headers.error;
    const service = { namespace: context.namespace, name: context.target.service };
    const targets: HttpTarget[] = [];
    for (const { path, port } of access.requests) {
      const { scheme } = access;
      const found = addressOf({ path, scheme, port: port ?? access.port }, service, this.#resolveService);
      if (!found.ok) return { kind: "unreadable", ...found.error };
      targets.push(found.value);
    }
    const answers: AccessAnswer[] = [];
    const ask = async (request: AccessRequest, i: number): Promise<void> => {
      const target = targets[i];
      if (target === undefined) return;
      answers[i] = await this.#ask(request, target, headers.value, access.timeout, context.signal);
    };
    for (let from = 0; from < access.requests.length; from += REQUESTS_AT_ONCE)
      await Promise.all(
        access.requests.slice(from, from + REQUESTS_AT_ONCE).map((request, i) => ask(request, from + i)),
      );
    return assessAccess(access.requests, answers);
  }

  /** Closes connections; looks that are under way fail. */
  close(): Promise<void> {
    return this.#exchange.close();
  }

  async #ask(
    { method, as }: AccessRequest,
    target: HttpTarget,
    headers: Headers,
    timeout: string,
    signal: AbortSignal,
  ): Promise<AccessAnswer> {
    const own = as === undefined ? {} : (headers.get(as) ?? {});
    const started = performance.now();
    using limit = new TimeLimit(signal, readDuration(timeout));
    try {
      const { status } = await this.#exchange.ask({ target, method, headers: own }, limit.signal);
      return { status };
    } catch (error) {
      signal.throwIfAborted();
      const took = milliseconds(performance.now() - started);
      return { failure: failureOf(error, { late: limit.late, timeout, took, secrets: Object.values(own) }) };
    }
  }

  async #headers(access: AccessCheck, { namespace, signal }: LookContext): Promise<Result<Headers, Look>> {
    const headers = new Map<string, Readonly<Record<string, string>>>();
    for (const { name, secretRef, scheme, header } of access.identities ?? []) {
      const found = await this.#credentials.value({ namespace, ...secretRef }, signal);
      signal.throwIfAborted();
      const what = `Secret ${secretRef.name}`;
      if (!found.ok) {
        const { kind, message } = found.error;
        if (kind === "notFound") return err(unreadable("NoCredentials", `${what} is not there`));
        if (kind === "notMeant" || kind === "noKey")
          return err(unreadable("NoCredentials", `${what} can't be used: ${message}`));
        return err(readFailureLook(what, found.error));
      }
      headers.set(name, { [header.toLowerCase()]: authorizationOf(scheme, found.value) });
    }
    return ok(headers);
  }
}

function authorizationOf(scheme: "bearer" | "basic" | "raw", secret: string): string {
  switch (scheme) {
    case "bearer":
      return `Bearer ${secret}`;
    case "basic":
      return `Basic ${Buffer.from(secret).toString("base64")}`;
    case "raw":
      return secret;
  }
}
