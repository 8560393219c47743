/** Characters of a group of Base64: one that holds bytes of somebody else too is not looked for. */
const GROUP = 4;

/** How a text may be written by who received it: as it is, within JSON (also twice), in an address or a form, in Base64 on its own or amid other bytes. */
export function writtenForms(text: string): readonly string[] {
  const json = within(text);
  const uri = encodeURIComponent(text.toWellFormed());
  const forms = [within(json), json, uri, uri.replaceAll("%20", "+"), text];
  return [...new Set([...forms, ...base64Forms(Buffer.from(text))])];
}

const within = (text: string): string => JSON.stringify(text).slice(1, -1);

/** On its own, and for each of the three places that a byte can have in a group: the characters that its neighbours have no part in. */
function base64Forms(bytes: Buffer): readonly string[] {
  const whole = bytes.toString("base64url");
  const amid = [0, 1, 2].map((offset) => {
    const moved = Buffer.concat([Buffer.alloc(offset), bytes]).toString("base64url");
    return moved.slice(offset === 0 ? 0 : GROUP, moved.length - (moved.length % GROUP));
  });
  const forms = [whole, ...amid].filter((form) => form.length > 2 * GROUP);
  return forms.flatMap((form) => [form, form.replaceAll("-", "+").replaceAll("_", "/")]);
}
