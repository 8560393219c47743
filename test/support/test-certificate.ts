import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A self-signed pair for 127.0.0.1 and localhost, made afresh by openssl: no private key lies in the repository. */
export interface TestCertificate {
  readonly cert: string;
  readonly key: string;
}

/** From when and until when a certificate is valid. Default: two days from now. */
export interface Validity {
  readonly from: Date;
  readonly until: Date;
}

const KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
const NAMES = "subjectAltName=DNS:localhost,IP:127.0.0.1";

export function testCertificate(commonName = "localhost", validity?: Validity): TestCertificate {
  const folder = mkdtempSync(join(tmpdir(), "bascule-cert-"));
  try {
    const [cert, key] = [join(folder, "cert.pem"), join(folder, "key.pem")];
    const subject = ["-subj", `/CN=${commonName}`, "-addext", NAMES];
    if (validity === undefined)
      openssl("req", "-x509", ...KEY, "-days", "2", ...subject, "-keyout", key, "-out", cert);
    else signAt(folder, { cert, key, subject, validity });
    return { cert: readFileSync(cert, "utf8"), key: readFileSync(key, "utf8") };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Only `openssl ca` of the older releases can sign for other times than from now. */
function signAt(
  folder: string,
  {
    cert,
    key,
    subject,
    validity,
  }: { cert: string; key: string; subject: readonly string[]; validity: Validity },
): void {
  const at = (file: string): string => join(folder, file);
  writeFileSync(at("index.txt"), "");
  writeFileSync(
    at("ca.cnf"),
    [
      "[ca]\ndefault_ca = own\n[own]",
      `database = ${at("index.txt")}\nnew_certs_dir = ${folder}\nrand_serial = yes`,
      "default_md = sha256\npolicy = any\nx509_extensions = names\n[any]\ncommonName = supplied",
      `[names]\n${NAMES.replace("=", " = ")}\n`,
    ].join("\n"),
  );
  openssl("req", "-new", ...KEY, ...subject, "-keyout", key, "-out", at("request.pem"));
  const dates = ["-startdate", asn1(validity.from), "-enddate", asn1(validity.until)];
  openssl(
    ...["ca", "-batch", "-selfsign", "-notext", "-config", at("ca.cnf"), "-keyfile", key],
    ...[...dates, "-in", at("request.pem"), "-out", cert],
  );
}

const asn1 = (date: Date): string => `${date.toISOString().replace(/\.\d+Z$|\D/g, "")}Z`;

const openssl = (...args: readonly string[]): void =>
  void execFileSync("openssl", args, { stdio: ["ignore", "ignore", "pipe"] });
