/** `bascule stacks` as a process, against a real API server. */
import { rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { seconds } from "../../../src/base/duration.ts";
import { EXIT } from "../../../src/cli/exit-codes.ts";
import { LeaseLock } from "../../../src/kube/lease.ts";
import { SECRETS } from "../../../src/kube/secret.ts";
import { SecretStates } from "../../../src/stacks/state/secret-states.ts";
import { headName } from "../../../src/stacks/state/state-head.ts";
import { systemClock } from "../../../src/telemetry/system-clock.ts";
import { CommandLine } from "../../support/command-line.ts";
import { ClusterBench, must } from "../kube/bench.ts";

const bench = new ClusterBench();
const STACK = "team.shop.blue";
const file = join(tmpdir(), `${bench.namespace}.json`);
const states = new SecretStates({
  client: bench.client,
  namespace: bench.namespace,
  identity: "controller",
  now: systemClock.now,
});
const program = new CommandLine({ namespace: "team" });
const stacks = (...args: readonly string[]) =>
  program.run("stacks", ...args, "--system-namespace", bench.namespace);
const deployment = {
  manifest: { time: "2026-01-01T00:00:00Z" },
  secrets_providers: { type: "passphrase", state: { salt: "v1:x:y" } },
  resources: [
    {
      urn: `urn:pulumi:${STACK}::bascule::pulumi:pulumi:Stack::bascule-${STACK}`,
      type: "pulumi:pulumi:Stack",
    },
  ],
};
const checkpoint = (note: string): Buffer =>
  Buffer.from(
    JSON.stringify({
      version: 3,
      checkpoint: { stack: `organization/bascule/${STACK}`, latest: { ...deployment, note } },
    }),
  );

beforeAll(async () => {
  await bench.start();
  for (const note of ["first", "second"]) {
    const session = await states.open(STACK);
    await session.end({ checkpoint: checkpoint(note), clean: true });
  }
});
afterAll(async () => {
  rmSync(file, { force: true });
  await bench.stop();
});

it("a state is listed, exported, imported again and set aside, and the former ones stay", async () => {
  expect((await stacks("list")).out).toMatch(/team\/shop\/blue +kept +2 /);
  const exported = await stacks("export", "team/shop/blue");
  expect(JSON.parse(exported.out)).toEqual({ version: 3, deployment: { ...deployment, note: "second" } });
  const former = await stacks("export", "shop/blue", "--generation", "1");
  expect(JSON.parse(former.out).deployment.note).toBe("first");

  writeFileSync(file, former.out);
  const imported = await stacks("import", "team/shop/blue", "-f", file, "--reason", "second was wrong");
  expect(imported).toMatchObject({ exit: EXIT.ok, out: expect.stringContaining("generation 2") });
  expect(JSON.parse((await states.read(STACK))?.toString() ?? "").checkpoint.latest.note).toBe("first");
  const next = await states.open(STACK);
  expect(next.interrupted).toBe(true);
  await next.end({ checkpoint: next.checkpoint, clean: true });

  expect(await stacks("adopt", "team/shop/blue", "--reason", "rebuild")).toMatchObject({ exit: EXIT.ok });
  expect((await stacks("list")).out).toMatch(/team\/shop\/blue +adopt .*: rebuild/);
  expect(await stacks("export", "team/shop/blue")).toMatchObject({ exit: EXIT.error, out: "" });
  expect(await states.open(STACK)).toMatchObject({ checkpoint: undefined, interrupted: false });
});

it("a damaged state can be adopted, and the damage is told until then", async () => {
  const ref = { namespace: bench.namespace, name: headName(STACK) };
  must(
    await bench.client.mergePatch(SECRETS, ref, { metadata: { annotations: { "bascule.dev/state": "{" } } }),
  );
  expect(await stacks("list")).toMatchObject({ exit: EXIT.error, out: expect.stringContaining("damaged") });
  expect((await stacks("export", "team/shop/blue")).err).toMatch(/is damaged .*stacks adopt/);
  expect(await stacks("adopt", "team/shop/blue", "--reason", "rebuild")).toMatchObject({ exit: EXIT.ok });
  expect((await states.open(STACK)).checkpoint).toBeUndefined();
});

it("nothing is written while somebody works on the stack, and he is named", async () => {
  const lock = new LeaseLock({
    client: bench.client,
    clock: systemClock,
    namespace: bench.namespace,
    name: `bascule-stack-${STACK}`,
    identity: "controller-1",
  });
  expect(await lock.acquire(seconds(10))).toBe(true);
  const before = must(await bench.client.get(SECRETS, { namespace: bench.namespace, name: headName(STACK) }));
  const ran = await stacks("adopt", "team/shop/blue", "--reason", "x", "--wait", "2s");
  expect(ran).toMatchObject({
    exit: EXIT.error,
    out: "",
    err: expect.stringContaining("controller-1 works on stack team.shop.blue"),
  });
  const after = must(await bench.client.get(SECRETS, { namespace: bench.namespace, name: headName(STACK) }));
  expect(after.metadata.resourceVersion).toBe(before.metadata.resourceVersion);
  await lock.stop();
});

it("an import that could hold secrets in plain text, or belongs to another stack, is refused", async () => {
  writeFileSync(
    file,
    JSON.stringify({ version: 3, deployment: { ...deployment, secrets_providers: undefined } }),
  );
  const plain = await stacks("import", "team/shop/blue", "-f", file, "--reason", "x");
  expect(plain).toMatchObject({ exit: EXIT.error, err: expect.stringContaining("without --show-secrets") });
  writeFileSync(file, JSON.stringify({ version: 3, deployment }));
  const foreign = await stacks("import", "team/shop/green", "-f", file, "--reason", "x");
  expect(foreign).toMatchObject({
    exit: EXIT.error,
    err: expect.stringContaining("is not of stack team.shop.green"),
  });
});
