import type { JourneyStep } from "../../api/checks/journey.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { VARS } from "./bind-target.ts";
import { fillStrings } from "./fill-check.ts";
import { maskSecrets } from "./mask.ts";
import { quoteRegex } from "./placeholders.ts";

/** What a step captured of its answer. */
export interface CapturedValue {
  readonly value: string;
  /** No secret: it may be shown. */
  readonly plain: boolean;
}

export type CapturedValues = ReadonlyMap<string, CapturedValue>;

/** Writes captured values into a step, each in the language of its field. The error is one sentence. */
export function fillStep(
  step: JourneyStep,
  index: number,
  vars: CapturedValues,
): Result<JourneyStep, string> {
  const filled = fillStrings(
    step,
    (name) => {
      const found = vars.get(name.slice(VARS.length));
      return name.startsWith(VARS) && found !== undefined
        ? { kind: "value", value: found.value, literal: true }
        : { kind: "unknown", remedy: "capture it in an earlier step" };
    },
    `journey.steps.${index}`,
  );
  return filled.ok ? ok(filled.value) : err(`${filled.error.path}: ${filled.error.message}`);
}

export const HOST_REMEDY = "scheme, host and port can't come from an answer; write them out";

/**
 * Whether a step's URL says its host itself, whatever was captured: an answer of the candidate must not choose whom
 * the controller asks.
 * @param filled the same URL with captured values in it
 */
export function hasOwnHost(url: string, filled?: string): boolean {
  const [one, other] = [originOf(url.replaceAll(VAR, "1")), originOf(filled ?? url.replaceAll(VAR, "2"))];
  return one !== undefined && one === other;
}

const VAR = /\{\{\s*vars\.[^{}]*\}\}/g;
const originOf = (url: string): string | undefined => (URL.canParse(url) ? new URL(url).origin : undefined);

/** Shorter than what `maskSecrets` takes out everywhere: such a value is masked where it stands alone. */
const SHORT = 6;

/** Masks secrets of any kind, and what was captured unless it is plain: a short value only as a word of its own. */
export function maskJourney(text: string, vars: CapturedValues, secrets: readonly string[]): string {
  const values = [...vars.values()].filter(({ plain, value }) => !plain && value !== "").map((v) => v.value);
  let masked = text;
  for (const value of values)
    if (value.length < SHORT)
      masked = masked.replace(new RegExp(`(?<!\\w)${quoteRegex(value)}(?!\\w)`, "g"), () => "***");
  return maskSecrets(masked, [...values, ...secrets]);
}
