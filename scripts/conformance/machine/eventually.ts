/** Waits for what a receiver stores a moment after it has answered. */

const LIMIT_MS = 30_000;
const POLL_MS = 50;

/** Looks until there is enough, and returns what was found last: after 30 seconds, whatever it is. */
export async function eventually<T>(
  look: () => Promise<T>,
  isEnough: (found: T) => boolean,
): Promise<T> {
  const untilMs = Date.now() + LIMIT_MS;
  for (;;) {
    const found = await look();
    if (isEnough(found) || Date.now() > untilMs) return found;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
