import { expect, test } from "vitest";
import { STACK_ERRORS } from "../ports/stacks.ts";
import {
  classOf,
  isLocked,
  isNoise,
  isStackMissing,
  readCliError,
  readFailure,
  readLockHolders,
  StackFailure,
} from "./errors.ts";

const cli = (text: string) => readCliError(new Error(text));

test.each([
  [
    "conflict",
    'Server-Side Apply field conflict detected. … Apply failed with 1 conflict: conflict with "kubectl"',
  ],
  ["conflict", 'deployments.apps "shop" already exists'],
  ["forbidden", 'configmaps is forbidden: User "x" cannot create resource "configmaps" in API group ""'],
  ["invalid", 'pods "x" is forbidden: violates PodSecurity "restricted:latest"'],
  ["invalid", 'pods "x" is forbidden: exceeded quota: compute'],
  ["invalid", 'admission webhook "policy.example" denied the request: no'],
  ["invalid", "no resource plugin 'pulumi-resource-kubernetes' found in the workspace"],
  [
    "unreachable",
    "configured Kubernetes cluster is unreachable: dial tcp 10.0.0.1:6443: connect: connection refused",
  ],
  ["unreachable", 'failed to initialize: Patch "https://10.0.0.1:6443/apis/policy/v1/…": EOF'],
  ["unreachable", "unable to decode an event from the watch stream: unexpected EOF"],
  ["unreachable", "http2: client connection lost"],
  ["unreachable", "Internal error occurred: resource quota evaluation timed out"],
  ["unreachable", 'an error on the server ("unknown") has prevented the request from succeeding'],
  ["unreachable", "the server has received too many requests and has asked us to try again later"],
  ["timeout", "context deadline exceeded"],
])("%s is told by: %s", (kind, text) => {
  expect(classOf(text)).toBe(kind);
});

test("a text that nobody knows has no class, and ends as a bug that keeps the words", () => {
  expect(classOf("the moon is not full")).toBeUndefined();
  expect(readFailure([], cli("error: the moon is not full"))).toMatchObject({
    class: "bug",
    message: "the moon is not full",
  });
});

test("a conflict names every field with its manager", () => {
  const text = [
    "Server-Side Apply field conflict detected.",
    'Apply failed with 2 conflicts: conflicts with "argocd" using apps/v1:',
    '- .spec.template.spec.containers[name="main"].image',
    "- .spec.strategy.type",
  ].join("\n");
  expect(readFailure([{ object: "Deployment shop-blue", message: text }], cli("exit code 4"))).toMatchObject({
    class: "conflict",
    message:
      'Deployment shop-blue: .spec.template.spec.containers[name="main"].image, .spec.strategy.type is owned by argocd; take it from that manager, or let it give the field up',
  });
});

test("an object with a known class is blamed before one without", () => {
  const failure = readFailure(
    [
      { object: "the stack", message: "program failed" },
      { object: "ConfigMap a", message: 'User "x" cannot patch resource "configmaps"' },
    ],
    cli("failed with exit code 4"),
  );
  expect(failure).toMatchObject({ class: "forbidden", retry: "later" });
  expect(failure.message).toMatch(/^ConfigMap a: .* \(and 1 more failed\)$/);
});

test("the CLI's exit code counts where its text says nothing", () => {
  expect(readFailure([], cli("Command failed with exit code 9: pulumi up"))).toMatchObject({
    class: "timeout",
  });
  expect(readFailure([], cli("Command failed with exit code 255: pulumi up"))).toMatchObject({
    class: "bug",
  });
});

test("a passphrase that is not the state's is told with what to do about it", () => {
  const failure = readFailure([], cli("exit code 255: pulumi up\nerror: incorrect passphrase"));
  expect(failure).toMatchObject({ class: "invalid", retry: "never" });
  expect(failure.message).toMatch(/another passphrase; put that one back, .*bascule stacks adopt/);
});

test("only a missing stack is taken for one", () => {
  expect(isStackMissing(cli("error: no stack named 'a.b.blue' found"))).toBe(true);
  expect(isStackMissing(cli("error: incorrect passphrase"))).toBe(false);
});

test("the holders of a lock are read with host and process", () => {
  const error = cli(
    "error: the stack is currently locked by 1 lock(s). Either wait …\n  file:///s/x.json: created by root@pod-1 (pid 42) at 2030-01-01T10:00:00Z",
  );
  expect(isLocked(error)).toBe(true);
  expect(readLockHolders(error)).toEqual([
    { user: "root", host: "pod-1", pid: 42, since: "2030-01-01T10:00:00Z" },
  ]);
});

test("notes on the ambient plugin are no errors of an operation", () => {
  expect(isNoise("using pulumi-resource-kubernetes from $PATH at /x/pulumi-resource-kubernetes")).toBe(true);
  expect(isNoise("resource plugin kubernetes is expected to have version >=4.34.2, but has 4.18.2")).toBe(
    true,
  );
  expect(isNoise("update failed")).toBe(true);
  expect(isNoise("spec is invalid")).toBe(false);
});

test("every class has a retry policy", () => {
  for (const kind of STACK_ERRORS)
    expect(["soon", "later", "never"]).toContain(new StackFailure(kind, "x").retry);
});
