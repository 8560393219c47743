import { maskSecrets } from "../../gate/mask.ts";

// Text comes from candidates and other people's objects. Control characters steer terminals and printers, and marks of
// direction make a line read as what it does not say; line breaks and tabs may stay.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is taken out
const UNSAFE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** Text for a document that is handed on: without secrets, and without characters that change how the rest reads. */
export const safeText = (text: string): string => maskSecrets(text.replace(UNSAFE, "")).toWellFormed();

/** The same on one line. */
export const safeLine = (text: string): string => safeText(text).replace(/\s+/g, " ").trim();

/** A member with safe text, or no member. */
export const safeMember = <K extends string>(
  name: K,
  text: string | undefined,
): { readonly [key in K]?: string } =>
  text === undefined || text === "" ? {} : ({ [name]: safeLine(text) } as { readonly [key in K]?: string });
