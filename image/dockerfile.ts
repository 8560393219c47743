import { GO_PROGRAMS, type GoProgram, needsSchema, SCHEMA_STEPS } from "./build-steps.ts";
import * as content from "./content.ts";

const goStage = (program: GoProgram): readonly string[] => {
  const files = program.sources.map((file) => `${program.module}/${file}`);
  const build = `mkdir -p /out && CGO_ENABLED=0 GOWORK=off go ${program.arguments} -o /out/${program.program} ${program.target}`;
  const steps = needsSchema(program) ? [...SCHEMA_STEPS, build] : [build];
  return [
    `FROM golang:${content.VERSIONS.go}-bookworm AS ${program.program}`,
    "WORKDIR /src",
    `COPY ${files.join(" ")} ./`,
    `RUN ${steps.join(" \\\n && ")}`,
    "",
  ];
};

/** What the build context leaves out: nothing but what the image holds, or is built of, is sent. */
export const renderIgnored = (): string =>
  [
    "**",
    ...content.SOURCES.map((path) => `!${path}`),
    "!test/cluster/programs",
    content.LEFT_OUT,
    "**/node_modules",
    "",
  ].join("\n");

/** The image where images can be pulled: Go and Node come from their official ones, the last stage has no shell. */
export function renderDockerfile(note: string): string {
  const node = `node:${content.VERSIONS.node}-bookworm-slim`;
  const { BIN, APP } = content;
  const files = Object.entries(content.FILES).map(
    ([path, text]) => `mkdir -p /root-files${parent(path)} && printf '${escaped(text)}' > /root-files${path}`,
  );
  const writable = content.WRITABLE.map((path) => `mkdir -p -m 1777 /root-files${path}`);
  return [
    note,
    ...GO_PROGRAMS.flatMap(goStage),
    `FROM ${node} AS node`,
    "RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates",
    `WORKDIR ${APP}`,
    "COPY package.json package-lock.json ./",
    "RUN npm ci --omit=dev --ignore-scripts",
    `RUN ${[...files, ...writable].join(" \\\n && ")}`,
    "",
    "FROM gcr.io/distroless/cc-debian12",
    "COPY --from=node /root-files/ /",
    `COPY --from=node ${content.CERTIFICATES} ${content.CERTIFICATES}`,
    `COPY --from=node /usr/local/bin/node ${BIN}/node`,
    ...GO_PROGRAMS.map(({ program }) => `COPY --from=${program} /out/${program} ${BIN}/${program}`),
    `COPY --from=node ${APP}/node_modules ${APP}/node_modules`,
    ...content.SOURCES.map((path) => `COPY ${path} ${APP}/${path}`),
    ...Object.entries(content.ENVIRONMENT).map(([name, value]) => `ENV ${name}=${value}`),
    `USER ${content.USER}`,
    `WORKDIR ${APP}`,
    `ENTRYPOINT ${JSON.stringify(content.ENTRYPOINT)}`,
    "",
  ].join("\n");
}

export const parent = (path: string): string => path.slice(0, path.lastIndexOf("/")) || "/";
export const escaped = (text: string): string => text.replaceAll("\n", "\\n");
