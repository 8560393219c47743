import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "../../support/until.ts";

export interface ScrapeTarget {
  readonly job: string;
  /** `host:port`. */
  readonly address: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** A Prometheus of our own on loopback, scraping each second; `prometheus` has to be on the PATH. */
export class PrometheusProcess {
  readonly url: string;
  readonly #child: ChildProcess;
  readonly #folder: string;

  private constructor(url: string, child: ChildProcess, folder: string) {
    this.url = url;
    this.#child = child;
    this.#folder = folder;
  }

  static async start(targets: readonly ScrapeTarget[]): Promise<PrometheusProcess> {
    const folder = mkdtempSync(join(tmpdir(), "bascule-prometheus-"));
    const jobs = targets.map(({ job, address, labels }) => ({
      job_name: job,
      static_configs: [{ targets: [address], labels }],
    }));
    const config = { global: { scrape_interval: "1s", scrape_timeout: "1s" }, scrape_configs: jobs };
    // JSON is YAML.
    writeFileSync(join(folder, "prometheus.yml"), JSON.stringify(config));
    const address = `127.0.0.1:${await freePort()}`;
    const child = spawn(
      "prometheus",
      [
        `--config.file=${join(folder, "prometheus.yml")}`,
        `--storage.tsdb.path=${join(folder, "data")}`,
        `--web.listen-address=${address}`,
        "--log.level=error",
      ],
      { stdio: ["ignore", "ignore", "pipe"] },
    );
    let problem = "";
    child.stderr?.on("data", (text: Buffer) => (problem += text.toString().slice(0, 2_000)));
    child.on(
      "error",
      (error) => (problem += `${error.message}; install it with: apt-get install prometheus`),
    );
    const url = `http://${address}`;
    const started = new PrometheusProcess(url, child, folder);
    try {
      await until(
        "Prometheus is ready",
        async () => {
          if (problem !== "") throw new Error(`Prometheus did not start: ${problem}`);
          return fetch(`${url}/-/ready`).then(
            ({ ok }) => ok,
            () => false,
          );
        },
        60_000,
      );
    } catch (error) {
      await started.stop();
      throw error;
    }
    return started;
  }

  async stop(): Promise<void> {
    if (this.#child.pid !== undefined && this.#child.exitCode === null) {
      const ended = new Promise((resolve) => this.#child.once("exit", resolve));
      this.#child.kill("SIGKILL");
      await ended;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() =>
        address && typeof address === "object" ? resolve(address.port) : reject(new Error("no port")),
      );
    });
  });
}
