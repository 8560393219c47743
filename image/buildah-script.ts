import { GO_PROGRAMS, type GoProgram, needsSchema, SCHEMA_STEPS } from "./build-steps.ts";
import * as content from "./content.ts";
import { escaped, parent } from "./dockerfile.ts";

/** `$NAME` of the variable that gives a program that is built already. */
const variable = ({ program }: GoProgram): string => program.toUpperCase().replaceAll("-", "_");

const goSteps = (program: GoProgram): readonly string[] => {
  const name = variable(program);
  const target = `"$root${content.BIN}/${program.program}"`;
  const files = program.sources.map((file) => `${program.module}/${file}`).join(" ");
  return [
    `if [ -n "\${${name}:-}" ]; then install -m 755 "$${name}" ${target}; else`,
    `  mkdir "$work/${program.program}" && cp ${files} "$work/${program.program}" && cd "$work/${program.program}"`,
    ...(needsSchema(program) ? SCHEMA_STEPS.map((step) => `  ${step}`) : []),
    `  CGO_ENABLED=0 GOWORK=off go ${program.arguments} -o ${target} ${program.target}`,
    '  cd "$repository"',
    "fi",
  ];
};

/** The image where no image can be pulled: everything comes from this machine, its npm registry and its Go module proxy. */
export function renderBuildahScript(note: string): string {
  const { APP, BIN, VERSIONS } = content;
  return [
    "#!/usr/bin/env bash",
    note,
    "#",
    "# usage: image/build-with-buildah.sh TAG [ARCHIVE]      ARCHIVE: an OCI archive to write",
    `# Needs: buildah, Go ${VERSIONS.go}, npm, Node ${VERSIONS.node} first on PATH (node_modules/.bin after "make install").`,
    `# Programs that are built already: ${GO_PROGRAMS.map(variable).join(" and ")} name them.`,
    "set -euo pipefail",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's own
    'tag="$1"; archive="${2:-}"',
    'cd "$(dirname "$0")/.."; repository="$PWD"',
    `[ "$(node --version)" = v${VERSIONS.node} ] || { echo "Node ${VERSIONS.node} is needed, this is $(node --version)" >&2; exit 3; }`,
    'work="$(mktemp -d)"; trap \'rm -rf "$work"\' EXIT',
    `root="$work/root"; mkdir -p "$root${BIN}" "$root${APP}"`,
    "",
    ...GO_PROGRAMS.flatMap(goSteps),
    "",
    "# Node with the libraries that it is linked with; it has no shell and no package manager beside it.",
    `node="$(node -p process.execPath)"; install -m 755 "$node" "$root${BIN}/node"`,
    "ldd \"$node\" | grep -oE '/[^ ]+' | while read -r library; do",
    '  mkdir -p "$root$(dirname "$library")" && cp -L "$library" "$root$library"',
    "done",
    `mkdir -p "$root${parent(content.CERTIFICATES)}" && cp -L ${content.CERTIFICATES} "$root${content.CERTIFICATES}"`,
    ...Object.entries(content.FILES).map(
      ([path, text]) => `mkdir -p "$root${parent(path)}" && printf '${escaped(text)}' > "$root${path}"`,
    ),
    ...content.WRITABLE.map((path) => `mkdir -p "$root${path}" && chmod 1777 "$root${path}"`),
    "",
    `cp package.json package-lock.json "$root${APP}"`,
    `npm ci --omit=dev --ignore-scripts --no-progress --prefix "$root${APP}"`,
    `cp -r ${content.SOURCES.join(" ")} "$root${APP}"`,
    `find "$root${APP}/src" -name '*.test.ts' -delete`,
    `chmod -R u+rwX,go+rX,go-w "$root${APP}"`,
    "",
    'container="$(buildah from scratch)"',
    'buildah copy --chown 0:0 "$container" "$root" /',
    "buildah config \\",
    `  --user ${content.USER} --workingdir ${APP} \\`,
    ...Object.entries(content.ENVIRONMENT).map(([name, value]) => `  --env ${name}=${value} \\`),
    `  --entrypoint '${JSON.stringify(content.ENTRYPOINT)}' "$container"`,
    'buildah commit --rm "$container" "$tag"',
    '[ -z "$archive" ] || buildah push "$tag" "oci-archive:$archive:$tag"',
    "",
  ].join("\n");
}
