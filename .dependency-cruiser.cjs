// The layer rules of the design, section 7: who may import whom, and which folder owns which package.
const own = (pkg, folders) => ({
  name: `owner-of-${pkg.replace(/[^a-z0-9]+/gi, "-")}`,
  comment: `${pkg} is imported only in ${folders}`,
  severity: "error",
  from: { path: "^(src|stacks)/", pathNot: [folders, "\\.test\\.ts$"] },
  to: { path: `node_modules/${pkg}(/|$)` },
});
const layer = (name, from, allowed) => ({
  name: `layer-${name}`,
  severity: "error",
  from: { path: from, pathNot: "\\.test\\.ts$" },
  to: { path: "^(src|stacks)/", pathNot: allowed },
});
const ADAPTERS = ["world", "traffic", "probes", "metrics", "stacks", "telemetry", "reports"];
module.exports = {
  forbidden: [
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    layer("base", "^src/base/", ["^src/base/"]),
    layer("api", "^src/api/", ["^src/(base|api)/"]),
    layer("core", "^src/core/", ["^src/(base|api|core)/"]),
    layer("ports", "^src/ports/", ["^src/(base|api|core|ports)/"]),
    // What all adapters that open connections of their own share: which addresses are allowed, bounded answers.
    layer("net", "^src/net/", ["^src/(base|api|core|ports|net)/"]),
    layer("kube", "^src/kube/", ["^src/(base|api|ports|kube)/"]),
    ...ADAPTERS.map((a) => layer(a, `^src/${a}/`, ["^src/(base|api|core|ports|kube|net)/", `^src/${a}/`])),
    layer("controller", "^src/controller/", ["^src/(base|api|core|ports|controller)/"]),
    layer("server", "^src/server/", ["^src/(base|api|core|ports|kube|server)/"]),
    {
      ...layer("cli", "^src/cli/", ["^src/(base|api|core|ports|kube|cli)/"]),
      from: { path: "^src/cli/", pathNot: ["^src/cli/compose/", "\\.test\\.ts$"] },
    },
    layer("programs", "^stacks/", ["^stacks/", "^src/stacks/contract\\.ts$"]),
    {
      name: "core-is-pure",
      comment: "decide has no I/O, no clock, no randomness; only the digest may be taken from Node",
      severity: "error",
      from: { path: "^src/(base|core)/", pathNot: "\\.test\\.ts$" },
      to: { dependencyTypes: ["core"], pathNot: "^(node:)?crypto$" },
    },
    {
      name: "core-has-no-packages",
      severity: "error",
      from: { path: "^src/(base|core)/", pathNot: "\\.test\\.ts$" },
      to: { path: "node_modules/" },
    },
    own("@kubernetes/client-node", "^src/kube/"),
    own("@pulumi/", "^(src/stacks|stacks)/"),
    own("prom-client", "^src/telemetry/"),
    own("pino", "^src/telemetry/"),
    own("axios", "^src/(metrics|tickets|notify)/"),
    own("undici", "^src/(kube|net|probes)/"),
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default", "types"],
    },
  },
};
