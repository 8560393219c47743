import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DNS_USER } from "../addons/dns.ts";
import { run } from "../lib/run.ts";
import type { Layout } from "./layout.ts";

/** The name of a client certificate is who the API server takes the caller for. */
type Certificate = {
  readonly file: string;
  readonly ca: "ca" | "front-proxy-ca";
  readonly subject: string;
  readonly names?: readonly string[];
};

export const CLIENTS = [
  "admin",
  "controller-manager",
  "scheduler",
  "kube-proxy",
  "kubelet",
  "coredns",
  "gateway",
  "discovery",
] as const;
export type Client = (typeof CLIENTS)[number];

/** Every certificate below the two authorities, with subject and names. */
export function certificatesOf({ addresses, nodeName }: Layout): readonly Certificate[] {
  const service = [
    "kubernetes",
    "kubernetes.default",
    "kubernetes.default.svc",
    "kubernetes.default.svc.cluster.local",
  ];
  const client = (file: string, subject: string): Certificate => ({ file, ca: "ca", subject });
  return [
    {
      file: "apiserver",
      ca: "ca",
      subject: "/CN=kube-apiserver",
      names: [
        ...[...service, "localhost"].map((name) => `DNS:${name}`),
        ...[addresses.apiService, addresses.node, "127.0.0.1"].map((ip) => `IP:${ip}`),
      ],
    },
    {
      file: "kubelet-server",
      ca: "ca",
      subject: `/CN=${nodeName}`,
      names: [`DNS:${nodeName}`, `IP:${addresses.node}`],
    },
    client("apiserver-kubelet-client", "/O=system:masters/CN=kube-apiserver-kubelet-client"),
    { file: "front-proxy-client", ca: "front-proxy-ca", subject: "/CN=front-proxy-client" },
    client("kubelet", `/O=system:nodes/CN=system:node:${nodeName}`),
    client("controller-manager", "/CN=system:kube-controller-manager"),
    client("scheduler", "/CN=system:kube-scheduler"),
    client("kube-proxy", "/CN=system:kube-proxy"),
    client("admin", "/O=system:masters/CN=admin"),
    client("coredns", `/CN=${DNS_USER}`),
    client("gateway", "/O=system:masters/CN=gateway"),
    client("discovery", "/O=system:masters/CN=discovery"),
  ];
}

const KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "365", "-sha256"];

async function writeAuthority(pki: string, name: string): Promise<void> {
  await run("openssl", [
    ...["req", "-x509", ...KEY, "-subj", `/CN=${name}`],
    ...["-keyout", join(pki, `${name}.key`), "-out", join(pki, `${name}.crt`)],
    ...["-addext", "keyUsage=critical,keyCertSign,cRLSign"],
  ]);
}

async function writeCertificate(pki: string, certificate: Certificate): Promise<void> {
  const { file, ca, subject, names } = certificate;
  const usage = names ? "serverAuth" : "clientAuth";
  await run("openssl", [
    ...["req", "-x509", ...KEY, "-subj", subject],
    ...["-CA", join(pki, `${ca}.crt`), "-CAkey", join(pki, `${ca}.key`)],
    ...["-keyout", join(pki, `${file}.key`), "-out", join(pki, `${file}.crt`)],
    ...["-addext", "basicConstraints=critical,CA:FALSE", "-addext", `extendedKeyUsage=${usage}`],
    ...(names ? ["-addext", `subjectAltName=${names.join(",")}`] : []),
  ]);
}

/** Makes both authorities, all pairs and the key of the service accounts, new for each start. */
export async function writeCertificates(layout: Layout): Promise<void> {
  const { pki } = layout;
  mkdirSync(pki, { recursive: true, mode: 0o700 });
  await Promise.all([writeAuthority(pki, "ca"), writeAuthority(pki, "front-proxy-ca")]);
  const accounts = join(pki, "service-accounts.key");
  await Promise.all([
    ...certificatesOf(layout).map((certificate) => writeCertificate(pki, certificate)),
    run("openssl", ["genrsa", "-out", accounts, "2048"]).then(() =>
      run("openssl", ["rsa", "-in", accounts, "-pubout", "-out", join(pki, "service-accounts.pub")]),
    ),
  ]);
  writeFileSync(join(pki, "README"), "Keys of a throw-away test cluster; `main.ts down` removes them.\n");
}
