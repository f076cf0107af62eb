/** The made-up destination's server: keeps the events that it was sent. Loopback only. */
export const LINES_TOKEN = "l1nes-t0ken-3f8a";

interface Store {
  /** Of the events that it took, in order. */
  readonly eventIds: string[];
  /** What it answers. */
  status: number;
  /** A text that no event may hold. */
  refused: string | null;
}

export function startLineStore() {
  const eventIds: string[] = [];
  const store: Store = { eventIds, status: 200, refused: null };
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      if (new URL(request.url).pathname === "/ready") {
        return new Response(null, {
          status: store.status,
        });
      }
      const body = await request.text();
      const known = request.headers.get("Authorization") === `Bearer ${LINES_TOKEN}`;
      const isRefused = store.refused !== null && body.includes(store.refused);
      const status = !known ? 401 : isRefused ? 400 : store.status;
      if (status === 200) {
        eventIds.push(...body.split("\n").map((line) => JSON.parse(line).event_id));
      }
      return new Response(null, { status });
    },
  );
  return Object.assign(store, {
    url: `http://127.0.0.1:${server.addr.port}`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  });
}
