import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Duration } from "../../../../src/base/duration.ts";
import { RULES_FILE, renderAlertRules } from "../../addons/alert-rules.ts";
import type { Layout } from "../layout.ts";
import { renderAudit } from "./audit.ts";
import { renderCni } from "./cni.ts";
import { renderContainerd } from "./containerd.ts";
import { renderCorefile } from "./corefile.ts";
import { renderKubelet } from "./kubelet.ts";
import { renderPrometheus } from "./prometheus.ts";
import { renderProxy } from "./proxy.ts";

/** All configuration files of the node's programs; none of them needs the certificates to be there. */
export function writeConfig(layout: Layout, scrapeInterval: Duration): void {
  const { config, addresses, nodeName } = layout;
  mkdirSync(join(config, "cni"), { recursive: true });
  const files: Readonly<Record<string, string>> = {
    "audit.json": renderAudit(),
    "containerd.toml": renderContainerd(layout),
    "cni/10-bascule.conflist": renderCni(layout),
    Corefile: renderCorefile(layout),
    "kubelet.json": renderKubelet(layout),
    "kube-proxy.json": renderProxy(layout),
    "prometheus.yml": renderPrometheus(addresses.node, scrapeInterval),
    [RULES_FILE]: renderAlertRules(),
    // CoreDNS refuses names outside of the cluster at once; the host's resolver is never asked.
    "resolv.conf": `nameserver ${addresses.node}\noptions timeout:1 attempts:1\n`,
    hosts: `127.0.0.1 localhost\n${addresses.node} ${nodeName}\n`,
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(config, name), text);
}
