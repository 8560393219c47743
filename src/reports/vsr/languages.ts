import type { Language } from "../../ports/reports.ts";
import type { VsrTexts } from "./texts.ts";
import { ENGLISH } from "./texts-en.ts";
import { FRENCH } from "./texts-fr.ts";

export const VSR_TEXTS: Readonly<Record<Language, VsrTexts>> = { en: ENGLISH, fr: FRENCH };
