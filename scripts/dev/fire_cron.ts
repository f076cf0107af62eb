/** Fires the cron of a Worker on this machine, through its port. */

/** `silent`: nothing answers yet. */
export type Fired = "fired" | "silent" | { readonly status: number };

/** Only a good answer says that the cron has fired. Never throws. */
export async function fireCron(port: string, signal: AbortSignal): Promise<Fired> {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/cdn-cgi/local/scheduled`, { signal });
    await answer.body?.cancel();
    return answer.ok ? "fired" : { status: answer.status };
  } catch {
    return "silent";
  }
}
