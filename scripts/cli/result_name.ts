/** What a result is called when there may be several. Pure. */
interface Result {
  readonly account: string;
  readonly destination: string | null;
}

/** The account; with the destination, if another result has the same account. */
export function resultName(result: Result, all: readonly Result[]): string {
  const isSplit = all.filter(({ account }) => account === result.account).length > 1;
  return isSplit ? wholeName(result) : result.account;
}

/** The account, with the destination if there is one. */
export function wholeName({ account, destination }: Result): string {
  return destination === null ? account : `${account} to ${destination}`;
}
