import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runs, seed } from "../world/runs.ts";
import { OBJECT_PARSERS } from "./object-parsers.ts";
import { cpuOf, damaged, damagedText, eachDamage } from "./support.ts";
import { TEXT_PARSERS } from "./text-parsers.ts";

const TIMEOUT_MS = 600_000;
/** The API server has seen to these: without a name an object is not stored, and its metadata has these types. */
const isStored = (value: object, sample: object): boolean => {
  if (!("kind" in sample) || !("metadata" in sample)) return true;
  const { metadata } = value as { readonly metadata?: Readonly<Record<string, unknown>> | null };
  if (typeof metadata !== "object" || metadata === null) return false;
  const isText = (text: unknown): boolean => typeof text === "string" && text !== "";
  const isPairs = (pairs: unknown): boolean =>
    pairs === undefined ||
    (typeof pairs === "object" &&
      pairs !== null &&
      Object.values(pairs).every((one) => typeof one === "string"));
  const { name, namespace, labels, annotations } = metadata;
  return isText(name) && isText(namespace) && isPairs(labels) && isPairs(annotations);
};

describe("parsers of text from outside", () => {
  it.each(TEXT_PARSERS.map((parser) => [parser.of.join(", "), parser] as const))(
    "%s answers whatever it is given, or throws what it says",
    { timeout: TIMEOUT_MS },
    (_, { samples, read, throws }) => {
      for (const sample of samples) expect(() => read(sample)).not.toThrow(TypeError);
      fc.assert(
        fc.property(damagedText(samples), (text) => {
          try {
            read(text);
          } catch (error) {
            if (throws === undefined || !(error instanceof throws)) throw error;
          }
        }),
        { numRuns: runs(150), ...seed() },
      );
    },
  );

  /** Repeated, each is where some parser goes on and on. */
  const PUMPS = [
    " ",
    "a",
    "0",
    '"',
    "\\",
    "{",
    "{{",
    "[",
    "a=",
    ",",
    "\n",
    ".",
    ":",
    "/",
    "-",
    "@",
    'a="b",',
    "no ",
  ];
  const LENGTH = 40_000;

  it.each(TEXT_PARSERS.map((parser) => [parser.of.join(", "), parser] as const))(
    "%s takes no more than linear time",
    { timeout: TIMEOUT_MS },
    (_, { samples, read }) => {
      const parse = (text: string): number =>
        cpuOf(() => {
          try {
            read(text);
          } catch {
            // That it throws only what it says is another test's.
          }
        });
      for (const pump of PUMPS)
        for (const start of ["", ...samples.map((sample) => sample.slice(0, sample.length / 2))]) {
          const text = `${start}${pump.repeat(LENGTH / pump.length)}\u0001`;
          // Quadratic time is a second and more; the best of three is not the machine's other work.
          const best = Math.min(parse(text), parse(text), parse(text));
          expect(best, `${JSON.stringify(start)} and many ${JSON.stringify(pump)}`).toBeLessThan(150);
        }
    },
  );
});

describe("parsers of objects from outside", () => {
  it.each(OBJECT_PARSERS.map((parser) => [parser.of.join(", "), parser] as const))(
    "%s answers whatever shape it is given",
    { timeout: TIMEOUT_MS },
    (_, { sample, read, inPass }) => {
      read(sample as never);
      const values = damaged(sample).filter((value) => isStored(value, sample));
      const tryOn = (value: object): void => {
        try {
          read(value as never);
        } catch (error) {
          if (inPass !== true || !(error instanceof TypeError)) throw error;
        }
      };
      for (const value of eachDamage(sample)) if (isStored(value, sample)) tryOn(value);
      fc.assert(fc.property(values, tryOn), { numRuns: runs(250), ...seed() });
    },
  );
});
