/** Why a receiver takes no part. Pure. */

/** The machine can't have this receiver: a program is missing, or it can't be fetched, built or started. */
export class LeftOut extends Error {
  override readonly name = "LeftOut";
}
