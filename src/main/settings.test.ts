import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { leaseDuration, readSettings } from "./settings.ts";

const NEEDED = ["--passphrase-file", "/etc/bascule/passphrase"];

describe("the settings", () => {
  let said = "";
  beforeEach(() => {
    said = "";
    const say = (text: unknown): boolean => {
      said += String(text);
      return true;
    };
    vi.spyOn(process.stderr, "write").mockImplementation(say);
    vi.spyOn(process.stdout, "write").mockImplementation(say);
    vi.spyOn(process, "exit").mockImplementation((code) => {
      throw new Error(`exit ${code}`);
    });
  });
  afterEach(() => {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
  });

  it("have defaults for everything but the passphrase", () => {
    expect(readSettings(NEEDED, "1")).toEqual({
      passphraseFile: "/etc/bascule/passphrase",
      pulumi: "/usr/local/bin/pulumi",
      home: "/var/lib/bascule",
      backend: "cluster",
      programs: [],
      watchNamespace: [],
      listen: "127.0.0.1:9640",
      workers: 32,
      stackWorkers: 3,
      verifications: 50,
      staleAfter: "2m",
      leaderElect: true,
      leaseDuration: "15s",
      logLevel: "info",
      allowProbeRange: [],
      allowScrapeService: [],
    });
  });

  it("take ranges that checks may connect to, several of them", () => {
    const flags = ["--allow-probe-range", "127.0.0.0/8", "--allow-probe-range", "fd00::/8"];
    expect(readSettings([...NEEDED, ...flags], "1").allowProbeRange).toEqual(["127.0.0.0/8", "fd00::/8"]);
  });

  it("are read from flags, and a flag wins over the environment", () => {
    vi.stubEnv("BASCULE_PROMETHEUS", "http://from-env:9090");
    vi.stubEnv("BASCULE_HOME", "/env");
    const flags = [
      "--home",
      "/flag",
      "--programs",
      "/a",
      "--programs",
      "/b",
      "--workers",
      "3",
      "--listen",
      "[::]:1",
    ];
    expect(readSettings([...NEEDED, ...flags], "1")).toMatchObject({
      prometheus: "http://from-env:9090",
      home: "/flag",
      programs: ["/a", "/b"],
      workers: 3,
      listen: "[::]:1",
    });
  });

  it("take part in the election unless told not to", () => {
    expect(readSettings([...NEEDED, "--leader-elect"], "1").leaderElect).toBe(true);
    expect(readSettings([...NEEDED, "--no-leader-elect"], "1").leaderElect).toBe(false);
    expect(leaseDuration(readSettings([...NEEDED, "--lease-duration", "1m30s"], "1"))).toBe(90_000);
  });

  it("take the passphrase's file from the environment too", () => {
    vi.stubEnv("BASCULE_PASSPHRASE_FILE", "/env/passphrase");
    expect(readSettings([], "1").passphraseFile).toBe("/env/passphrase");
  });

  it.each(["file", "s3://states?region=eu-west-1", "file:///var/states"])("take backend %s", (backend) => {
    expect(readSettings([...NEEDED, "--backend", backend], "1").backend).toBe(backend);
    vi.stubEnv("BASCULE_BACKEND", backend);
    expect(readSettings(NEEDED, "1").backend).toBe(backend);
  });

  it("take an empty variable for none", () => {
    vi.stubEnv("BASCULE_PROMETHEUS", "");
    vi.stubEnv("BASCULE_HOME", "");
    const settings = readSettings(NEEDED, "1");
    expect(settings).not.toHaveProperty("prometheus");
    expect(settings.home).toBe("/var/lib/bascule");
  });

  it.each([
    ["--workers", "0", "whole number from 1 to 256"],
    ["--workers", "many", "whole number from 1 to 256"],
    ["--stack-workers", "1.5", "whole number from 1 to 256"],
    ["--stale-after", "soon", "duration such as 90s"],
    ["--log-level", "loud", "debug, info, warn, error"],
    ["--listen", "9640", "host:port"],
    ["--listen", "host:99999", "host:port"],
    ["--backend", "secrets", "cluster, file, or a URL"],
    ["--prometheus", "prometheus:9090", "URL such as http://"],
    ["--lease-duration", "2s", "duration from 3s to 2m"],
    ["--lease-duration", "1h", "duration from 3s to 2m"],
    ["--lease-duration", "long", "duration such as 90s"],
    ["--allow-scrape-service", "traefik", "namespace/name of a Service"],
    ["--allow-scrape-service", "../traefik", "namespace/name of a Service"],
    ["--allow-probe-range", "127.0.0.1", "range such as 127.0.0.0/8"],
    ["--allow-probe-range", "10.0.0.0/33", "range such as 127.0.0.0/8"],
  ])("refuse %s %s and name the remedy", (flag, value, remedy) => {
    expect(() => readSettings([...NEEDED, flag, value], "1")).toThrow("exit 1");
    expect(said).toContain(flag);
    expect(said).toContain(remedy);
  });

  it("without a passphrase say which flag or variable is missing", () => {
    expect(() => readSettings([], "1")).toThrow("exit 1");
    expect(said).toMatch(/--passphrase-file \(or BASCULE_PASSPHRASE_FILE\) is needed/);
  });

  it("refuse a flag that does not exist", () => {
    expect(() => readSettings([...NEEDED, "--wrokers", "3"], "1")).toThrow("exit 1");
    expect(said).toMatch(/unknown option '--wrokers'[\s\S]*--workers/);
  });

  it("explain themselves with --help, each flag in a line, and say their version", () => {
    expect(() => readSettings(["--help"], "1")).toThrow("exit 0");
    for (const flag of ["--kubeconfig", "--prometheus", "--pulumi", "--home", "--listen", "--log-level"])
      expect(said).toContain(flag);
    said = "";
    expect(() => readSettings(["--version"], "1.2.3")).toThrow("exit 0");
    expect(said).toBe("1.2.3\n");
  });
});
