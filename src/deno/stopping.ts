/**
 * How the host stops: when it is asked to, what it waits for is cut short, so that it has ended before a
 * supervisor loses patience (systemd waits 90 seconds, Docker 10).
 */

/** A request that is under way gets so long, in milliseconds, to be answered. */
const GRACE_MS = 4000;

/** Whoever writes to standard input says so if its end is no reason to stop. */
const UNWATCHED = /^unwatched\n/;

/** The same `fetch`, whose requests end shortly after `stop`; later ones fail. */
export function endingSoonAfter(stop: AbortSignal, fetch: typeof globalThis.fetch): typeof fetch {
  const ending = new AbortController();
  stop.addEventListener("abort", () => {
    Deno.unrefTimer(setTimeout(() => ending.abort(), GRACE_MS));
  });
  return (input, init) => {
    const given = init?.signal ?? [];
    return fetch(input, { ...init, signal: AbortSignal.any([ending.signal].concat(given)) });
  };
}

/** Waits so many milliseconds, or until `stop`. */
export function sleepUntil(stop: AbortSignal): (ms: number) => Promise<void> {
  return async (ms) => {
    if (stop.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ms);
    const wake = () => resolve();
    stop.addEventListener("abort", wake);
    await promise;
    stop.removeEventListener("abort", wake);
    clearTimeout(timer);
  };
}

/** Resolves when standard input ends; never if nobody watches over this process through it. */
export async function watchEnded(input: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
  for await (const chunk of input.pipeThrough(new TextDecoderStream())) {
    if (UNWATCHED.test(chunk)) await new Promise(() => {});
  }
}
