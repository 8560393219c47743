import { expect, it } from "vitest";
import { instant } from "../base/instant.ts";
import { asAsked } from "./answered-series.ts";
import type { Series } from "./prometheus-answer.ts";

const NOW = instant(1_000_000);
const series = (labels: Readonly<Record<string, string>>, ...times: readonly number[]): Series => ({
  id: JSON.stringify(labels),
  labels,
  samples: times.map((at) => ({ at: instant(at), value: 1 })),
});
const read = (selector: string, ...found: readonly Series[]) => asAsked(found, { selector, now: NOW });

it("takes the series that were asked for", () => {
  const selector = 'requests_total{slot="green",code!="404",le="1",code=~"5..",job=""}';
  const found = series({ __name__: "requests_total", slot: "green", code: "500", le: "1.0" }, 999_000);
  expect(read(selector, found)).toEqual({ ok: true, value: [found] });
  expect(read(selector)).toEqual({ ok: true, value: [] });
});

it.each([
  ["of another slot", 'requests_total{slot="green"}', { __name__: "requests_total", slot: "blue" }],
  ["without the label", 'requests_total{slot="green"}', { __name__: "requests_total" }],
  ["of another name", "requests_total", { __name__: "errors_total" }],
  [
    "that were left out on purpose",
    'requests_total{code!="404"}',
    { __name__: "requests_total", code: "404" },
  ],
] as const)("refuses series %s", (_, selector, labels) => {
  expect(read(selector, series(labels))).toMatchObject({ ok: false, error: { reason: "OtherSeries" } });
});

it("refuses samples of the future, and takes what came in while it was on its way", () => {
  expect(read("x", series({ __name__: "x" }, NOW + 9_500))).toMatchObject({ ok: true });
  const late = read("x", series({ __name__: "x" }, NOW, NOW + 3_600_000));
  expect(late).toMatchObject({ ok: false, error: { reason: "FutureSamples" } });
});
