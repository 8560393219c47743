import { describe, expect, test } from "vitest";
import { fillStrings } from "./fill-check.ts";
import type { Filling } from "./placeholders.ts";

/** Writes one value for every placeholder into one field of a check. */
function fill(path: string, text: string, value: string, literal = false) {
  const parts = path.split(".");
  const nest = (i: number): unknown => (i === parts.length ? text : { [parts[i] ?? ""]: nest(i + 1) });
  const filled = fillStrings(nest(0), (): Filling => ({ kind: "value", value, literal }));
  if (!filled.ok) return { refused: filled.error.message };
  const at = parts.reduce<unknown>((member, key) => (member as Record<string, unknown>)[key], filled.value);
  return { text: at };
}

describe("an argument in a selector of a supervision check", () => {
  test.each(["supervision.series.0", "supervision.targets", "supervision.alerts"])(
    "%s can't end the string that it stands in",
    (path) => {
      const { text } = fill(path, 'up{job="{{args.job}}"}', 'a",namespace="other');
      expect(text).toBe('up{job="a\\",namespace=\\"other"}');
    },
  );

  test("matches what the target is called and nothing else", () => {
    const { text } = fill("supervision.targets", 'up{pod=~"{{target.service}}-.*"}', "shop.blue", true);
    expect(text).toBe('up{pod=~"shop\\\\.blue-.*"}');
  });
});

describe("an argument in a JSON path", () => {
  const path = "http.expect.json.0.path";
  test("stays one name inside of quotes", () => {
    expect(fill(path, "$['{{args.name}}'].state", "a'].b['c")).toEqual({ text: "$['a\\'].b[\\'c'].state" });
    expect(fill(path, '$["{{args.name}}"]', 'x"]["y')).toEqual({ text: '$["x\\"][\\"y"]' });
  });

  test("is one name or number outside of them", () => {
    expect(fill(path, "$.{{args.name}}.state", "état_1")).toEqual({ text: "$.état_1.state" });
    expect(fill(path, "$.items[{{args.i}}]", "-1")).toEqual({ text: "$.items[-1]" });
    for (const value of ["a.b", "a['b']", "*", "0].x[0", ""])
      expect(fill(path, "$.{{args.name}}.state", value)).toMatchObject({
        refused: expect.stringContaining("one name or number"),
      });
  });

  test("may be the whole of it", () => {
    expect(fill(path, "{{args.path}}", "$.a[0]")).toEqual({ text: "$.a[0]" });
    expect(fill("journey.steps.0.capture.0.json", "{{args.path}}", "$.id")).toEqual({ text: "$.id" });
  });
});

describe("an argument in an address", () => {
  const paths = [
    ...["http.url", "load.url", "headers.url", "webhook.url", "journey.steps.2.url", "prometheus.address"],
    ...["compare.prometheus.address", "supervision.prometheus.address"],
  ];
  const refusal = { refused: expect.stringContaining("would change whom the address names") };

  test.each(paths)("%s can't change the host that the template names", (path) => {
    for (const value of [
      "@evil.example",
      ".evil.example",
      ":8080",
      "\\@evil.example",
      "a",
      "%2eevil.example",
      "\t/x",
    ])
      expect(fill(path, "https://api.example.com{{args.path}}", value), value).toHaveProperty("refused");
    expect(fill(path, "https://{{args.tenant}}.example.com/x", "evil.example/")).toEqual(refusal);
    expect(fill(path, "https://{{args.tenant}}.example.com/x", "user:pass@evil.example#")).toEqual(refusal);
    expect(fill(path, "https://api.example.com:{{args.port}}/x", "80@evil.example")).toEqual(refusal);
    expect(fill(path, "https://api{{args.path}}.example.com", "/x")).toEqual(refusal);
  });

  test("is a part of the host, a port, a path or a whole address where the template leaves room for that", () => {
    const cases = [
      ["https://{{args.tenant}}.example.com/x", "team-1", "https://team-1.example.com/x"],
      ["https://{{args.host}}/x", "shop.example.com:8443", "https://shop.example.com:8443/x"],
      ["https://shop.{{args.domain}}", "example.com", "https://shop.example.com"],
      ["https://api.example.com:{{args.port}}/x", "8443", "https://api.example.com:8443/x"],
      ["https://api.example.com{{args.path}}", "/healthz?deep=1", "https://api.example.com/healthz?deep=1"],
      ["https://api.example.com{{args.path}}", "", "https://api.example.com"],
      ["https://api.example.com/v1/{{args.path}}", "a@b:c", "https://api.example.com/v1/a@b:c"],
      ["{{args.url}}", "https://shop.example.com/", "https://shop.example.com/"],
    ] as const;
    for (const [template, value, address] of cases)
      expect(fill("http.url", template, value)).toEqual({ text: address });
  });

  test("holds no second line, wherever it stands", () => {
    expect(fill("http.url", "https://a.example/{{args.p}}", "x\r\nhost: evil")).toMatchObject({
      refused: expect.stringContaining("control character"),
    });
  });
});
