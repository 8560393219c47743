/** Where a secret may be kept or shown: objects, files and processes, each as a name and a text in which to look. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { type AnyObject, typeOf } from "../../lab/kinds.ts";
import type { Objects } from "../../lab/objects.ts";

export type Place = readonly [name: string, text: string];

/** Every way in which a value may stand somewhere. */
export const formsOf = (value: string): readonly string[] => {
  const json = inJson(value);
  const base64 = [value, `user:${value}`].map((text) => Buffer.from(text).toString("base64"));
  return [value, json, inJson(json), encodeURIComponent(value), ...base64];
};
const inJson = (text: string): string => JSON.stringify(text).slice(1, -1);

/** Objects of a kind as text, with what is packed in them unpacked. */
export async function objectsAsText(
  objects: Objects,
  apiVersion: string,
  kind: string,
  namespace: string,
): Promise<readonly Place[]> {
  const found = await objects.list(typeOf({ apiVersion, kind }), namespace);
  return found.map((object) => [`${kind} ${namespace}/${object.metadata.name}`, asText(object)]);
}

function asText(object: AnyObject): string {
  const data = Object.values((object.data ?? {}) as Record<string, string>);
  const shown = object.kind === "ConfigMap" ? data : data.map(unpacked);
  return [JSON.stringify(object), ...shown].join("\n");
}

const unpacked = (data: string): string => {
  const bytes = Buffer.from(data, "base64");
  try {
    return gunzipSync(bytes).toString();
  } catch {
    return bytes.toString("latin1");
  }
};

export const filesBelow = (folder: string): readonly Place[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => join(folder, name))
    .filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile() === true)
    .map((file) => [file, readFileSync(file, "latin1")]);

/** Notes arguments and environment of every other process of this machine that names a folder in them. */
export class ProcessWatch {
  readonly #seen = new Map<string, string>();
  readonly #folder: string;
  readonly #timer: NodeJS.Timeout;

  constructor(folder: string) {
    this.#folder = folder;
    this.#timer = setInterval(() => this.#sample(), 250);
  }

  stop(): readonly Place[] {
    clearInterval(this.#timer);
    return [...this.#seen];
  }

  #sample(): void {
    const others = readdirSync("/proc").filter((name) => /^[0-9]+$/.test(name) && name !== `${process.pid}`);
    for (const pid of others) {
      const [args, environment] = ["cmdline", "environ"].map((file) => readIfThere(`/proc/${pid}/${file}`));
      const text = `${args}\n${environment}`;
      if (text.includes(this.#folder)) this.#seen.set(`process ${pid} ${args?.slice(0, 200)}`, text);
    }
  }
}

/** A process may have ended meanwhile. */
function readIfThere(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
