/** There is no way into the cluster. The message says what to do and never holds a secret. */
export class CredentialsError extends Error {
  override readonly name = "CredentialsError";
  readonly kind = "credentials";
  readonly retry = "later";
}
