/** What a result is called when there may be several. Pure. */
interface Result {
  readonly account: string;
  readonly destination: string | null;
}

/** The account; with the destination, if another result has the same account. */
export function resultName({ account, destination }: Result, all: readonly Result[]): string {
  const isSplit = all.filter((one) => one.account === account).length > 1;
  return isSplit && destination !== null ? `${account} to ${destination}` : account;
}
