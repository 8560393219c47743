import { get } from "node:http";

export type Answer = { readonly status: number; readonly version: string | undefined; readonly body: string };

/** One request with a Host header of our choice and no kept connection. @throws Error after three seconds. */
export function fetchOnce(url: string, host?: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = host === undefined ? {} : { host };
    const request = get(url, { agent: false, timeout: 3_000, headers }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (text: string) => {
        body += text;
      });
      response.on("error", reject);
      response.on("end", () => {
        const version = response.headers["x-version"];
        resolve({
          status: response.statusCode ?? 0,
          version: typeof version === "string" ? version : undefined,
          body,
        });
      });
    });
    request.on("timeout", () => request.destroy(new Error(`${url}: no answer within 3s`)));
    request.on("error", reject);
  });
}

/** The value of the first series of an instant query; undefined when there is none. */
export async function query(prometheus: string, promql: string): Promise<number | undefined> {
  const { body } = await fetchOnce(`${prometheus}/api/v1/query?query=${encodeURIComponent(promql)}`);
  const answer = JSON.parse(body) as {
    readonly data: { readonly result: readonly { readonly value: [number, string] }[] };
  };
  const value = answer.data.result[0]?.value[1];
  return value === undefined ? undefined : Number(value);
}
