import type { HeadersCheck } from "../../api/checks/headers.ts";

const MOST = 64;

/** What the cookies of an answer lack, one sentence a cookie; values are never told. */
export function weakCookies(
  { secure, httpOnly, sameSite, except = [] }: HeadersCheck["cookies"],
  header: string | readonly string[] | undefined,
): readonly string[] {
  const lines = header === undefined ? [] : typeof header === "string" ? [header] : header;
  return lines.slice(0, MOST).flatMap((line) => {
    const [pair = "", ...attributes] = line.split(";");
    const name = pair.split("=")[0]?.trim() ?? "";
    const has = new Map(
      attributes.map((attribute) => {
        const [key = "", value = ""] = attribute.split("=");
        return [key.trim().toLowerCase(), value.trim()] as const;
      }),
    );
    if (except.includes(name) || isRemoval(pair, has)) return [];
    const site = has.get("samesite")?.toLowerCase();
    const lacks = [
      ...(secure && !has.has("secure") ? ["Secure"] : []),
      ...(httpOnly && !has.has("httponly") ? ["HttpOnly"] : []),
      ...(sameSite.length > 0 && !sameSite.some((value) => value.toLowerCase() === site)
        ? [`SameSite=${sameSite.join(" or ")}`]
        : []),
    ];
    return lacks.length === 0 ? [] : [`the cookie ${name.slice(0, 64)} lacks ${lacks.join(", ")}`];
  });
}

/** A cookie that is taken back carries nothing. */
const isRemoval = (pair: string, has: ReadonlyMap<string, string>): boolean =>
  /=\s*(?:"")?\s*$/.test(pair) && (has.get("max-age") === "0" || has.has("expires"));
