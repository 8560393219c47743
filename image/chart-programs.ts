import { type InstalledProgram, PROGRAM_LABEL } from "../src/cli/install/programs.ts";
import { place } from "./place.ts";

/** Stands for the programs of whoever installs the chart, so that all that belongs to one is rendered. */
export const PLACE_PROGRAM: InstalledProgram = {
  name: "chart-program",
  digest: "sha256:0000000000",
  files: { "index.ts": "" },
};

/** As with `bascule install` another content is another ConfigMap, so that the rollout is Kubernetes' own. */
const NAME = '{{ printf "bascule-program-%s-%s" $name ($files | toJson | sha256sum | trunc 10) | quote }}';
const KEY = '{{ $path | replace "/" "__" | quote }}';

/** A ConfigMap for each program. */
export const PROGRAMS = `{{- range $name, $files := .Values.programs }}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: ${NAME}
  namespace: {{ $.Release.Namespace }}
  labels:
    ${PROGRAM_LABEL}: {{ $name | quote }}
    app.kubernetes.io/part-of: bascule
immutable: true
data:
  {{- range $path, $text := $files }}
  ${KEY}: {{ $text | quote }}
  {{- end }}
{{- end }}
`;

const SOURCES = `sources:
  {{- range $name, $files := .Values.programs }}
  - configMap:
      name: ${NAME}
      items:
        {{- range $path, $text := $files }}
        - key: ${KEY}
          path: {{ printf "%s/%s" $name $path | quote }}
        {{- end }}
  {{- end }}
`;

/** In the place of a match whose first group is the indentation. */
const SOURCES_INDENTED = SOURCES.replace(/^(?=.)/gm, () => "$1");

/** Everything of a Deployment that belongs to the place's program is there where programs are named, and is theirs. */
export function withPrograms(deployment: string): string {
  const sources = /( *)sources:\n(?:\1 +.*\n)+/;
  const ifNamed = "$1{{- if .Values.programs }}\n$&$1{{- end }}\n";
  let text = place(deployment, sources, SOURCES_INDENTED);
  text = place(text, /^( *)- --programs=.*\n/m, ifNamed);
  return place(text, /^( *)- name: programs\n(?:\1 +.*\n)+/gm, ifNamed);
}
