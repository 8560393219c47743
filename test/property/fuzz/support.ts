import fc from "fast-check";

/** What an outside world may put where something else was meant. */
const ODD: readonly unknown[] = [
  ...[
    undefined,
    null,
    true,
    false,
    0,
    -1,
    1.5,
    1e300,
    -1e300,
    Number.MAX_SAFE_INTEGER,
    Number.POSITIVE_INFINITY,
  ],
  ...["", "x", "0", "-1", "1e999", "NaN", "__proto__", "constructor", "\u0000", "\ud800", "é".repeat(300)],
  ...[[], {}, [null], [[]], { toString: null }, { length: -1 }, { name: null }, ["a", 1, null, {}]],
];
/** Stands for a member that is taken out. */
const GONE = Symbol("gone");

type Container = Record<string, unknown> | unknown[];

/** Every place in a JSON value: the container and the member. */
function placesOf(root: unknown): readonly { readonly of: Container; readonly member: string }[] {
  if (typeof root !== "object" || root === null) return [];
  return Object.entries(root).flatMap(([member, value]) => [
    { of: root as Container, member },
    ...placesOf(value),
  ]);
}

/** The sample with a few of its members gone, of another type, or from another place. */
export const damaged = <T>(sample: T): fc.Arbitrary<T> =>
  fc
    .array(fc.tuple(fc.nat(), fc.oneof(fc.constantFrom(...ODD, GONE), fc.jsonValue({ maxDepth: 2 }))), {
      minLength: 1,
      maxLength: 4,
    })
    .map((changes) => {
      const copy = { root: structuredClone(sample) };
      for (const [nth, value] of changes) {
        const places = placesOf(copy.root);
        const place = places[nth % Math.max(1, places.length)];
        if (place === undefined) continue;
        const container = place.of as Record<string, unknown>;
        if (value === GONE) delete container[place.member];
        else container[place.member] = structuredClone(value);
      }
      return copy.root;
    });

/** The sample with each of its members in turn gone, null, and of every other type. */
export function* eachDamage<T>(sample: T): Generator<T> {
  for (const nth of placesOf(sample).keys())
    for (const value of [GONE, null, 0, -1, "", "x", true, [], {}, [null]]) {
      const copy = { root: structuredClone(sample) };
      const place = placesOf(copy.root)[nth];
      if (place === undefined) continue;
      const container = place.of as Record<string, unknown>;
      if (value === GONE) delete container[place.member];
      else container[place.member] = value;
      yield copy.root;
    }
}

/** Text near one of the samples: cut, doubled, with pieces of others or anything else put in; and any text at all. */
export const damagedText = (samples: readonly string[]): fc.Arbitrary<string> => {
  const sample = fc.constantFrom(...samples);
  const piece = fc.oneof(
    sample,
    fc.string({ unit: "binary", maxLength: 8 }),
    fc.constantFrom(
      "",
      "\n",
      "\0",
      '"',
      "\\",
      "{",
      "}",
      "[",
      "]",
      ",",
      ":",
      " ",
      "-",
      "1e999",
      "🙂",
      "\ud800",
    ),
  );
  const cut = fc.record({ at: fc.nat(), length: fc.nat({ max: 20 }), piece });
  const near = fc.tuple(sample, fc.array(cut, { minLength: 1, maxLength: 4 })).map(([text, cuts]) =>
    cuts.reduce((now, { at, length, piece: put }) => {
      const start = now.length === 0 ? 0 : at % (now.length + 1);
      return `${now.slice(0, start)}${put}${now.slice(start + length)}`.slice(0, 20_000);
    }, text),
  );
  return fc.oneof({ weight: 5, arbitrary: near }, { weight: 1, arbitrary: fc.string({ unit: "binary" }) });
};

/** CPU milliseconds of this thread. */
export function cpuOf(work: () => void): number {
  const before = process.threadCpuUsage();
  work();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1_000;
}
