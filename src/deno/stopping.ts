/**
 * How the host stops: whatever it is waiting for is cut short, so that it ends before a supervisor kills it
 * (systemd waits 90 seconds, Docker 10).
 */

/** How long a request that has been sent may still take, in milliseconds. */
const GRACE_MS = 4000;

/** The writer to standard input says this if its end is no reason to stop. */
const UNWATCHED = /^unwatched\n/;

/** Work that is not finished after this many milliseconds is abandoned, as if the process had died. */
const PATIENCE_MS = 8000;

/** Aborted shortly after `stop`: requests end then, and later ones fail. */
export function endingSoonAfter(stop: AbortSignal): AbortSignal {
  const ending = new AbortController();
  const endSoon = () => Deno.unrefTimer(setTimeout(() => ending.abort(), GRACE_MS));
  if (stop.aborted) endSoon();
  else stop.addEventListener("abort", endSoon);
  return ending.signal;
}

/** Waits for unfinished work when the host stops. False if it takes too long. */
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

/** Waits this many milliseconds, or until `stop`. */
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

/** Resolves when standard input ends; never if no other process watches this one through it. */
export async function watchEnded(input: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
  for await (const chunk of input.pipeThrough(new TextDecoderStream())) {
    if (UNWATCHED.test(chunk)) await new Promise(() => {});
  }
}
