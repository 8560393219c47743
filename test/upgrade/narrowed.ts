const TEMPLATE_NAME =
  "In templates a text that began with an argument could go on with anything; what was no name of an object when its arguments were filled in was refused by the controller then. Plain names, which is all that plans and frozen checks have, are as free as before.";

/**
 * What of the definitions is narrower than in the version before, on purpose: ends of what the comparison tells, each with the reason why
 * no stored object that works is hurt by it. Emptied when `previous.json` moves on.
 */
export const NARROWED: Readonly<Record<string, string>> = {
  ".image.signedBy.configMap: pattern changed": TEMPLATE_NAME,
  ".access.identities[].secretRef.name: pattern changed": TEMPLATE_NAME,
};
