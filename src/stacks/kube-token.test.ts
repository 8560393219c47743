import { expect, test } from "vitest";
import { minutes } from "../base/duration.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { KubeClient } from "../kube/client.ts";
import { KubeError } from "../kube/kube-error.ts";
import { serviceAccountTokens } from "./kube-token.ts";

const ADDRESS = { server: "https://127.0.0.1:6443", ca: "-----CA-----" };
const ACCOUNT = { namespace: "team", name: "bascule" };

interface Asked {
  readonly plural: string;
  readonly body: { readonly metadata: unknown; readonly spec: { readonly expirationSeconds: number } };
  readonly subresource: string | undefined;
  readonly repeatable: boolean | undefined;
}

/** A client that answers one create, and remembers what it was asked for. */
function clientOf(answer: Result<unknown, KubeError>) {
  const asked: Asked[] = [];
  const create = (
    type: { plural: string },
    body: Asked["body"],
    { subresource, repeatable }: { subresource?: string; repeatable?: boolean },
  ) => {
    asked.push({ plural: type.plural, body, subresource, repeatable });
    return Promise.resolve(answer);
  };
  return { asked, client: { create } as unknown as KubeClient };
}

test("a token is asked for at the service account's own subresource, for a short time", async () => {
  const { asked, client } = clientOf(ok({ status: { token: "t0ken" } }));
  await serviceAccountTokens(client, ADDRESS, minutes(15))(ACCOUNT);
  expect(asked).toHaveLength(1);
  expect(asked[0]).toMatchObject({
    plural: "serviceaccounts",
    subresource: "token",
    // Its answer may be lost on the way; another token does no harm.
    repeatable: true,
    body: { metadata: ACCOUNT, spec: { expirationSeconds: 900 } },
  });
});

test("the kubeconfig holds server, authority and token inline, and the account's namespace", async () => {
  const { client } = clientOf(ok({ status: { token: "t0ken" } }));
  const config = JSON.parse(await serviceAccountTokens(client, ADDRESS)(ACCOUNT));
  const authority = Buffer.from(ADDRESS.ca).toString("base64");
  expect(config.clusters[0].cluster).toEqual({
    server: ADDRESS.server,
    "certificate-authority-data": authority,
  });
  expect(config.users[0].user).toEqual({ token: "t0ken" });
  expect(config.contexts[0].context.namespace).toBe("team");
  expect(config["current-context"]).toBe(config.contexts[0].name);
});

test("a refusal is thrown as it is, so that its kind says what is missing", async () => {
  const refusal = new KubeError({
    kind: "notFound",
    message: 'serviceaccounts "bascule" not found',
    code: 404,
  });
  const { client } = clientOf(err(refusal));
  await expect(serviceAccountTokens(client, ADDRESS)(ACCOUNT)).rejects.toBe(refusal);
});

test("an answer without a token is an error that names no secret", async () => {
  const { client } = clientOf(ok({}));
  await expect(serviceAccountTokens(client, ADDRESS)(ACCOUNT)).rejects.toThrow("holds no token");
});
