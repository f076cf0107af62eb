/** The form that asks for the API token. */

interface SignInProps {
  /** The requested page. */
  readonly to: string;
  /** Why the form is shown again. */
  readonly error?: string;
}

export function SignInForm({ to, error }: SignInProps) {
  return (
    <form class="card narrow" method="post" action="/sign-in">
      <h1 class="title">Sign in</h1>
      {error && <p class="error" role="alert" id="error">{error}</p>}
      {/* for password managers, which keep a token under a name */}
      <input type="text" name="username" autocomplete="username" value="collector" hidden />
      <div>
        <label for="api-token">API token</label>
        <input
          id="api-token"
          name="api_token"
          type="password"
          autocomplete="current-password"
          required
          aria-describedby={error ? "error token-hint" : "token-hint"}
          aria-invalid={error ? "true" : undefined}
        />
        <span class="hint" id="token-hint">
          The value of the setting API_TOKEN, or of API_TOKEN_READ for read-only access. The session
          ends after 30 minutes without use, or after 12 hours.
        </span>
      </div>
      <input type="hidden" name="to" value={to} />
      <button class="button" type="submit">Sign in</button>
    </form>
  );
}
