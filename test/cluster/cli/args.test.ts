import { expect, test } from "vitest";
import { readArguments } from "./args.ts";
import { renderEnvironment } from "./render.ts";

test("defaults are the cluster bascule, any back end, and a scrape each second", () => {
  expect(readArguments(["up"])).toEqual({
    command: "up",
    name: "bascule",
    backend: "auto",
    keep: false,
    json: false,
    scrapeInterval: 1_000,
  });
});

test.each([
  [[], /no command given; choose up/],
  [["start"], /"start" is no command/],
  [["up", "down"], /unexpected "down"/],
  [["up", "--name", "x"], /"x" is no cluster name/],
  [["up", "--backend", "podman"], /choose bare, kind or auto/],
  [["up", "--scrape-interval", "often"], /--scrape-interval often/],
  [["up", "--scrape-interval", "1h"], /between 100ms and 5m/],
  [["up", "--force"], /--force/],
])("%j is refused with a message that says what to write", (argv, message) => {
  expect(() => readArguments(argv)).toThrow(message);
});

test("help needs no command", () => {
  expect(readArguments(["--help"]).command).toBe("help");
});

test("the environment can be evaluated by a shell, quotes included", () => {
  const programs = { kubectl: "/k", pulumi: "/p", pulumiKubernetes: "/pk", path: "/it's here:/b" };
  const text = renderEnvironment({
    name: "test",
    backend: "bare",
    kubeconfig: "/run/x",
    apiServer: "https://a",
    gatewayUrl: "http://g",
    gatewayMetricsUrl: "http://g/metrics",
    prometheusUrl: "http://p",
    dnsAddress: "10.97.0.10",
    hostAddress: "172.31.251.1",
    programs,
  });
  expect(text).toContain("export KUBECONFIG='/run/x'\n");
  expect(text).toContain(`export PATH='/it'\\''s here:/b':"$PATH"\n`);
});
