/**
 * What of the definitions is narrower than in the version before, on purpose: path and change as the comparison tells it, with the reason
 * why no stored object that works can be hurt by it. Emptied when `previous.json` moves on.
 */
export const NARROWED: Readonly<Record<string, string>> = {};
