import type { Pod, SecurityContext } from "../pods/pod.ts";
import { allScopes, type Control, containerScopes, isWindows, problemsIn } from "./control.ts";

const GOOD_PROFILES = new Set(["RuntimeDefault", "Localhost"]);
const WANTED = "must be RuntimeDefault or Localhost";
const APPARMOR_ANNOTATION = "container.apparmor.security.beta.kubernetes.io/";
const SELINUX_TYPES = new Set([
  "",
  "container_t",
  "container_init_t",
  "container_kvm_t",
  "container_engine_t",
]);

/** Controls of the profiles that the node's kernel enforces. */
export const profiles: readonly Control[] = [
  {
    name: "appArmorProfile",
    level: "baseline",
    problemsOf: (pod) => [
      ...problemsIn(allScopes(pod), wrongProfile("appArmorProfile")),
      ...wrongAnnotations(pod),
    ],
  },
  {
    name: "seccompProfile_baseline",
    level: "baseline",
    problemsOf: (pod) => problemsIn(allScopes(pod), wrongProfile("seccompProfile")),
  },
  { name: "seccompProfile_restricted", level: "restricted", problemsOf: withoutSeccomp },
  {
    name: "seLinuxOptions",
    level: "baseline",
    problemsOf: (pod) =>
      problemsIn(allScopes(pod), ({ seLinuxOptions = {} }) => {
        const { type = "", user = "", role = "" } = seLinuxOptions;
        if (!SELINUX_TYPES.has(type)) return `seLinuxOptions.type must not be ${type}`;
        if (user !== "") return "seLinuxOptions.user must not be set";
        return role === "" ? undefined : "seLinuxOptions.role must not be set";
      }),
  },
];

const wrongProfile =
  (member: "appArmorProfile" | "seccompProfile") =>
  (context: SecurityContext): string | undefined => {
    const profile = context[member];
    if (profile === undefined || GOOD_PROFILES.has(profile.type ?? "")) return undefined;
    return `${member}.type ${WANTED}, not ${profile.type ?? "empty"}`;
  };

/** Before it was a field, AppArmor was an annotation; old manifests have it. */
function wrongAnnotations({ metadata }: Pod): readonly string[] {
  return Object.entries(metadata.annotations ?? {})
    .filter(([name, value]) => name.startsWith(APPARMOR_ANNOTATION) && !isGoodAnnotation(value))
    .map(([name, value]) => `annotation ${name}: must not be ${value}`);
}

const isGoodAnnotation = (value: string): boolean =>
  value === "" || value === "runtime/default" || value.startsWith("localhost/");

/** A container without a profile of its own has the pod's. */
function withoutSeccomp(pod: Pod): readonly string[] {
  if (isWindows(pod)) return [];
  const wrong = problemsIn(allScopes(pod), wrongProfile("seccompProfile"));
  const ofPod = pod.spec.securityContext?.seccompProfile;
  if (ofPod !== undefined && GOOD_PROFILES.has(ofPod.type ?? "")) return wrong;
  return [
    ...wrong,
    ...problemsIn(containerScopes(pod), ({ seccompProfile }) =>
      seccompProfile === undefined ? `seccompProfile.type, here or of the pod, ${WANTED}` : undefined,
    ),
  ];
}
