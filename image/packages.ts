interface Lock {
  readonly packages: Readonly<Record<string, { readonly dev?: boolean; readonly version?: string }>>;
}

const FOLDER = "node_modules/";

/** Folders below `node_modules` that `npm ci --omit=dev` makes, by the lock file; nested ones are part of theirs. */
export function productionPackages(lock: string): readonly string[] {
  const { packages } = JSON.parse(lock) as Lock;
  return Object.entries(packages)
    .filter(([path, { dev = false }]) => path !== "" && !dev)
    .map(([path]) => path)
    .filter((path) => !path.slice(FOLDER.length).includes("/node_modules/"))
    .sort();
}

/** The same with nested ones, as `name@version`. */
export function productionNames(lock: string): ReadonlySet<string> {
  const { packages } = JSON.parse(lock) as Lock;
  const kept = Object.entries(packages).filter(([path, { dev = false }]) => path !== "" && !dev);
  const nameOf = (path: string): string => path.slice(path.lastIndexOf(FOLDER) + FOLDER.length);
  return new Set(kept.map(([path, { version = "" }]) => `${nameOf(path)}@${version}`));
}
