/** Why a receiver is left out. Pure. */

/** The machine can't have this receiver: a program is missing, or it can't be fetched, built or started. */
export class LeftOut extends Error {
  override readonly name = "LeftOut";
}

/** Why a program could not even be started. */
export function notStarted(program: string, error: unknown): LeftOut {
  if (error instanceof Deno.errors.NotFound) return new LeftOut(`there is no ${program}`);
  return new LeftOut(`${program} can't be started: ${(error as Error).message}`);
}
