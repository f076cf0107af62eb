/**
 * How the host stops: when it is asked to, what it waits for is cut short, so that it has ended before a
 * supervisor loses patience (systemd waits 90 seconds, Docker 10).
 */

/** A request that is under way gets so long, in milliseconds, to be answered. */
const GRACE_MS = 4000;

/** Whoever writes to standard input says so if its end is no reason to stop. */
const UNWATCHED = /^unwatched\n/;

/** What is still under way after so many milliseconds is left, as if the process had died. */
const PATIENCE_MS = 8000;

/** Aborted shortly after `stop`: requests end then, and later ones fail. */
export function endingSoonAfter(stop: AbortSignal): AbortSignal {
  const ending = new AbortController();
  stop.addEventListener("abort", () => {
    Deno.unrefTimer(setTimeout(() => ending.abort(), GRACE_MS));
  });
  return ending.signal;
}

/** Waits for what is under way when the host stops. False if it takes too long. */
export async function endsInTime(
  work: Promise<unknown>,
  patienceMs: number = PATIENCE_MS,
): Promise<boolean> {
  const { promise: tooLate, resolve } = Promise.withResolvers<false>();
  const timer = setTimeout(() => resolve(false), patienceMs);
  const inTime = await Promise.race([work.then(() => true), tooLate]);
  clearTimeout(timer);
  return inTime;
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
