import { promises, type SrvRecord } from "node:dns";
import type { DnsCheck } from "../../api/checks/dns.ts";
import { milliseconds, readDuration, renderDuration } from "../../base/duration.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { maskSecrets } from "../../core/gate/mask.ts";
import type { AddressPolicy } from "../../net/address-policy.ts";
import { ForbiddenAddressError } from "../../net/forbidden-address.ts";
import { canonical, readIp } from "../../net/ip-address.ts";
import type { Checker, Look, LookContext } from "../../ports/checks.ts";
import { badLook, unreadable } from "../look-failure.ts";
import { timedLook } from "../timed-look.ts";

const DNS_PORT = 53;
const MOST_TOLD = 20;
const LONGEST_EVIDENCE = 2048;
const SERVER = /^(?:\[([^\]]+)\]|([^:]+)|([^[\]]*:[^[\]]*:[^[\]]*))(?::([0-9]{1,5}))?$/;

/** Functional check: asks a DNS server for a name. */
export class DnsChecker implements Checker {
  readonly kind = "dns";
  readonly #policy: AddressPolicy;

  constructor(policy: AddressPolicy) {
    this.#policy = policy;
  }

  async look({ check, signal }: LookContext): Promise<Look> {
    const { dns } = check;
    if (dns === undefined) return unreadable("WrongKind", "the check is no dns check");
    signal.throwIfAborted();
    const server = this.#serverOf(dns.server);
    if (!server.ok) return server.error;
    return timedLook(signal, { timeout: dns.timeout }, async ({ signal: ends, took }) => {
      // One attempt has the whole time; the controller's own servers are asked one after the other.
      const resolver = new promises.Resolver({ timeout: readDuration(dns.timeout), tries: 1 });
      if (server.value !== undefined) resolver.setServers([server.value]);
      const cancel = (): void => resolver.cancel();
      ends.addEventListener("abort", cancel, { once: true });
      try {
        return assessAnswers(dns, await answersOf(resolver, dns), took());
      } catch (error) {
        signal.throwIfAborted();
        if (ends.aborted) return unreadable("Timeout", `no DNS server answered within ${dns.timeout}`);
        return failureOf(error, dns, took());
      } finally {
        ends.removeEventListener("abort", cancel);
      }
    });
  }

  /** The server as the resolver takes it; undefined for the controller's own. */
  #serverOf(server: string | undefined): Result<string | undefined, Look> {
    if (server === undefined) return ok(undefined);
    const [, bracketed, plain, bare, port = `${DNS_PORT}`] = SERVER.exec(server) ?? [];
    const ip = readIp(bracketed ?? plain ?? bare ?? "");
    if (ip === undefined || Number(port) > 65_535)
      return err(
        unreadable("InvalidAddress", "server: give the address of a DNS server, such as 10.96.0.10:53"),
      );
    const problem = this.#policy.problemOf(ip.address, Number(port));
    if (problem !== undefined) {
      const { message } = new ForbiddenAddressError(ip.address, ip.address, problem);
      return err(unreadable("ForbiddenAddress", message));
    }
    return ok(ip.family === "ipv6" ? `[${ip.address}]:${port}` : `${ip.address}:${port}`);
  }
}

type Resolver = InstanceType<typeof promises.Resolver>;

/** The answers as texts. */
async function answersOf(resolver: Resolver, { name, type }: DnsCheck): Promise<readonly string[]> {
  switch (type) {
    case "A":
      return resolver.resolve4(name);
    case "AAAA":
      return resolver.resolve6(name);
    case "CNAME":
      return resolver.resolveCname(name);
    case "SRV":
      return (await resolver.resolveSrv(name)).map(srvText);
    case "TXT":
      return (await resolver.resolveTxt(name)).map((parts) => parts.join(""));
  }
}

const srvText = ({ priority, weight, port, name }: SrvRecord): string =>
  `${priority} ${weight} ${port} ${name}`;

/** The same answer is the same text: addresses in any notation, names in any case and with or without the last dot. */
function normal(answer: string, type: DnsCheck["type"]): string {
  if (type === "TXT") return answer;
  const ip = readIp(answer);
  return ip === undefined
    ? answer.trim().replace(/\s+/g, " ").replace(/\.$/, "").toLowerCase()
    : canonical(ip);
}

/** Holds answers against what is expected; the first thing that is wrong is told. */
export function assessAnswers(
  { type, name, expect }: DnsCheck,
  answers: readonly string[],
  took = milliseconds(0),
): Look {
  const evidence = maskSecrets(answers.slice(0, MOST_TOLD).join("\n")).slice(0, LONGEST_EVIDENCE);
  const bad = (reason: string, message: string): Look => ({ ...badLook(reason, message, took), evidence });
  if (answers.length < expect.atLeast)
    return bad("TooFewAnswers", `${answers.length} ${type} of ${name}, wanted ${expect.atLeast} or more`);
  const found = new Set(answers.map((answer) => normal(answer, type)));
  const wanted = (expect.answers ?? []).map((answer) => normal(answer, type));
  const missing = (expect.answers ?? []).find((_, i) => !found.has(wanted[i] ?? ""));
  if (missing !== undefined)
    return bad("WrongAnswers", `${missing.slice(0, 200)} is not among the ${answers.length} answers`);
  const other = expect.only ? answers.find((answer) => !wanted.includes(normal(answer, type))) : undefined;
  if (other !== undefined && expect.answers !== undefined)
    return bad("WrongAnswers", `${maskSecrets(other).slice(0, 200)} is among the answers, and not expected`);
  const message = `${answers.length} answers in ${renderDuration(took)}`;
  return { kind: "functional", good: true, reason: "Answered", message, latencyMs: took, evidence };
}

/** What the server says about the name is about the name; that it says nothing is not. */
function failureOf(error: unknown, { name, type }: DnsCheck, took: ReturnType<typeof milliseconds>): Look {
  const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
  switch (code) {
    case "ENOTFOUND":
      return badLook("NoSuchName", `there is no name ${name}`, took);
    case "ENODATA":
      return badLook("NoRecords", `${name} has no ${type} records`, took);
    case "EBADNAME":
      return unreadable("InvalidCheck", `${name} is no name that can be asked for`);
    case "ETIMEOUT":
      return unreadable("Timeout", `no DNS server answered within ${renderDuration(took)}`);
    default:
      return unreadable("NoAnswer", `the DNS server did not answer as wanted (${code})`);
  }
}
