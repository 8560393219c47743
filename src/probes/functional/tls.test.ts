import { createServer, type TlsOptions } from "node:tls";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { lookContext } from "../../../test/support/look-context.ts";
import { RudeSocket } from "../../../test/support/rude-socket.ts";
import { type TestCertificate, testCertificate } from "../../../test/support/test-certificate.ts";
import { check as checkSchema } from "../../api/check.ts";
import { hours } from "../../base/duration.ts";
import { instant, plus } from "../../base/instant.ts";
import { validateCheck } from "../../core/gate/validate-check.ts";
import { AddressPolicy } from "../../net/address-policy.ts";
import type { Look, LookContext } from "../../ports/checks.ts";
import { assessTls, TlsChecker } from "./tls.ts";

const DAY = 86_400_000;
const certificate = testCertificate();
const tls = (options: TlsOptions = certificate) => {
  const server = createServer(options);
  server.on("tlsClientError", () => {});
  return (socket: import("node:net").Socket): void => void server.emit("connection", socket);
};

describe("a tls check", () => {
  let server: RudeSocket;
  beforeEach(async () => {
    server = await RudeSocket.start(tls());
  });
  afterEach(() => server.stop());

  const parse = (asked: object) =>
    checkSchema.parse({
      name: "t",
      tls: { serverName: "localhost", ca: certificate.cert, validFor: "1h", timeout: "2s", ...asked },
    });
  const look = (asked: object = {}, more: Partial<LookContext> = {}): Promise<Look> =>
    new TlsChecker(
      () => ({ host: "127.0.0.1", ports: [server.port] }),
      new AddressPolicy({ allow: ["127.0.0.0/8"] }),
    ).look(lookContext(parse(asked), more));
  const serve = (made: TestCertificate, options: TlsOptions = {}) => {
    server.use(tls({ ...made, ...options }));
    return made.cert;
  };

  it("is good for a trusted chain, the right name and enough time, and shows what it saw", async () => {
    expect(await look()).toMatchObject({
      good: true,
      reason: "Answered",
      message: expect.stringMatching(/^TLSv1\.3, valid for [12]d/),
      evidence: expect.stringMatching(/^TLSv1\.3\nlocalhost, until 20/),
    });
  });

  it("takes the name of the slot, or of the host, where no other is given", async () => {
    expect(await look({ serverName: undefined })).toMatchObject({
      good: false,
      reason: "WrongHostName",
      message: "the certificate does not hold the name shop-green.shop.svc",
    });
    expect(await look({ serverName: undefined, host: "127.0.0.1", port: server.port })).toMatchObject({
      good: true,
    });
  });

  it("is bad for a chain that nobody vouches for", async () => {
    expect(await look({ ca: undefined })).toMatchObject({
      good: false,
      reason: "UntrustedCertificate",
      message: expect.stringMatching(/SELF_SIGNED/),
    });
    expect(await look({ ca: testCertificate("another").cert })).toMatchObject({
      reason: "UntrustedCertificate",
    });
  });

  it("is bad for a certificate that has expired, or is not valid yet", async () => {
    const now = Date.now();
    const past = serve(testCertificate("old", { from: new Date(now - 9 * DAY), until: new Date(now - DAY) }));
    expect(await look({ ca: past })).toMatchObject({
      reason: "CertificateExpired",
      message: expect.stringMatching(/^old expired at 20/),
    });
    const future = serve(
      testCertificate("new", { from: new Date(now + DAY), until: new Date(now + 9 * DAY) }),
    );
    expect(await look({ ca: future })).toMatchObject({ reason: "CertificateNotYetValid" });
  });

  it("is bad as soon as a certificate expires in the course of a release, by the API server's time", async () => {
    const now = instant(Date.now());
    expect(await look({ validFor: "0s" }, { now: plus(now, hours(47)) })).toMatchObject({ good: true });
    expect(await look({ validFor: "0s" }, { now: plus(now, hours(49)) })).toMatchObject({
      good: false,
      reason: "CertificateExpired",
    });
  });

  it("is bad when it expires sooner than is wanted", async () => {
    expect(await look({ validFor: "3d" })).toMatchObject({
      good: false,
      reason: "CertificateExpiresSoon",
      message: expect.stringMatching(/wanted 3d from now/),
    });
  });

  it("is bad for an old version, and names it", async () => {
    serve(certificate, { minVersion: "TLSv1.1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" });
    expect(await look()).toMatchObject({
      reason: "OldProtocol",
      message: expect.stringMatching(/^TLSv1\.1 was agreed on/),
    });
    serve(certificate, { maxVersion: "TLSv1.2" });
    expect(await look()).toMatchObject({ good: true });
    expect(await look({ minVersion: "TLSv1.3" })).toMatchObject({ reason: "OldProtocol" });
  });

  it("finds a server that takes older versions too, where that is asked for", async () => {
    const asked = { minVersion: "TLSv1.3", refuseOlder: true };
    expect(await look({ refuseOlder: true })).toMatchObject({ good: true });
    expect(await look(asked)).toMatchObject({ good: false, reason: "OldProtocolAccepted" });
    serve(certificate, { minVersion: "TLSv1.3" });
    expect(await look(asked)).toMatchObject({ good: true });
  });

  it("looks at every certificate of the chain, not only at the first", () => {
    const now = instant(0);
    const upTo = (subject: string, days: number) => ({ subject, notBefore: -DAY, notAfter: days * DAY });
    const seen = { protocol: "TLSv1.3", nameMatches: true, chain: [upTo("leaf", 90), upTo("authority", 5)] };
    const asked = { minVersion: "TLSv1.2", validFor: "14d" } as const;
    expect(assessTls(asked, seen, { serverName: "x", now })).toMatchObject({
      reason: "CertificateExpiresSoon",
      message: expect.stringMatching(/^authority expires/),
    });
    expect(assessTls(asked, { ...seen, chain: [] }, { serverName: "x", now })?.reason).toBe("NoCertificate");
    expect(assessTls(asked, { ...seen, protocol: "SSLv3" }, { serverName: "x", now })?.reason).toBe(
      "OldProtocol",
    );
  });

  it("is refused, or unreadable, for authorities that are none", async () => {
    expect(validateCheck(parse({ ca: "nothing" }))).toMatchObject({ ok: false, error: [{ path: "tls.ca" }] });
    const broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----";
    expect(await look({ ca: broken })).toMatchObject({ kind: "unreadable", reason: "InvalidCheck" });
  });
});
