/** Where in an address a value may stand, so that it can't choose whom the address names unless it is meant to. */

/** The text so far ends inside of what names host and port. */
const IN_AUTHORITY = /^[a-z][a-z0-9+.-]*:\/\/([^/?#\\]*)$/i;
const AUTHORITY_ENDS = /^([/?#]|$)/;
const BEGINS_PATH = /^([/?#]|$)/;
const HOST = /^[A-Za-z0-9._:[\]-]+$/;
const PORT = /^[0-9]{1,5}$/;

const PROBLEM =
  "would change whom the address names; give a part of a host name, a port, or a path that begins with a slash, as the address leaves room for";

/**
 * Why a value can't stand between two parts of an address; undefined where it can. After the host it is free: an
 * address does not leave its host again.
 */
export function addressProblem(value: string, before: string, after: string): string | undefined {
  const authority = IN_AUTHORITY.exec(before)?.[1];
  if (authority === undefined) return undefined;
  const last = AUTHORITY_ENDS.test(after);
  const fits =
    authority.endsWith(":") && authority.length > 1
      ? PORT.test(value)
      : last && /[A-Za-z0-9\]]$/.test(authority)
        ? BEGINS_PATH.test(value)
        : HOST.test(value);
  return fits ? undefined : PROBLEM;
}
