/** More is never kept or sent: what a candidate sets must not grow a request without end. */
const MOST_COOKIES = 50;
const LARGEST_COOKIE = 4096;

/** A cookie as an answer sets it. */
export interface SetCookie {
  readonly name: string;
  readonly value: string;
  /** It is to be forgotten. */
  readonly expired: boolean;
}

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** The cookies that an answer sets. */
export function cookiesOf(headers: Headers, now: number): readonly SetCookie[] {
  const lines = [headers["set-cookie"] ?? []].flat();
  return lines.slice(0, MOST_COOKIES).flatMap((line) => {
    const [pair = "", ...attributes] = line.split(";");
    const equals = pair.indexOf("=");
    const name = pair.slice(0, equals).trim();
    if (equals < 1 || name === "" || line.length > LARGEST_COOKIE) return [];
    const expired = attributes.some((attribute) => isPast(attribute.trim(), now));
    return [{ name, value: pair.slice(equals + 1).trim(), expired }];
  });
}

function isPast(attribute: string, now: number): boolean {
  const [, age] = /^max-age\s*=\s*(-?[0-9]+)$/i.exec(attribute) ?? [];
  if (age !== undefined) return Number(age) <= 0;
  const [, date] = /^expires\s*=\s*(.+)$/i.exec(attribute) ?? [];
  return date !== undefined && Date.parse(date) <= now;
}

/** Cookies of one walk, by the host that set them; never sent to another. Paths and domains are not looked at. */
export class CookieJar {
  readonly #hosts = new Map<string, Map<string, string>>();

  /** Keeps what an answer of a host sets. */
  keep(host: string, cookies: readonly SetCookie[]): void {
    const kept = this.#hosts.get(host) ?? new Map<string, string>();
    this.#hosts.set(host, kept);
    for (const { name, value, expired } of cookies) {
      if (expired) kept.delete(name);
      else if (kept.has(name) || kept.size < MOST_COOKIES) kept.set(name, value);
    }
  }

  /** The Cookie header for a host; undefined when there is none. */
  headerFor(host: string): string | undefined {
    const kept = this.#hosts.get(host);
    if (kept === undefined || kept.size === 0) return undefined;
    return [...kept].map(([name, value]) => `${name}=${value}`).join("; ");
  }

  /** The values of all cookies: none of them may be told. */
  get values(): readonly string[] {
    return [...this.#hosts.values()].flatMap((kept) => [...kept.values()]);
  }
}
