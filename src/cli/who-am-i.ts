import { seconds } from "../base/duration.ts";
import { CliFailure } from "./cli-failure.ts";
import type { Cluster } from "./cluster.ts";
import { SELF_SUBJECT_REVIEWS, type SelfSubjectReview } from "./resource-types.ts";

/** The name under which the API server sees us; admission compares it with `by`. */
export async function whoAmI(cluster: Cluster): Promise<string> {
  const review: SelfSubjectReview = {
    apiVersion: "authentication.k8s.io/v1",
    kind: "SelfSubjectReview",
    metadata: { name: "" },
  };
  const answer = await cluster.client.create(SELF_SUBJECT_REVIEWS, review, { deadline: seconds(15) });
  if (!answer.ok) throw answer.error;
  const name = answer.value.status?.userInfo?.username;
  if (name === undefined || name === "")
    throw new CliFailure(
      "the API server does not tell who you are (SelfSubjectReview); log in and try again",
    );
  return name;
}
