/** The accounts in the settings: one of their own, and those of the lists. */
import assert from "node:assert/strict";
import { ACCOUNT_LISTS, listAccounts, readAccount } from "../../src/pipelines/accounts.ts";

const account = (id: string, more: Record<string, unknown> = {}) => ({
  LIVEPERSON_ACCOUNT_ID: id,
  LIVEPERSON_CLIENT_ID: "client",
  LIVEPERSON_CLIENT_SECRET: "client-secret",
  ...more,
});

function idsOf(variables: Record<string, unknown>): string[] {
  return listAccounts(variables, "workers").map((entry) => entry.id);
}

Deno.test("lists go on in other variables, in the order of their numbers", () => {
  const list = (...ids: string[]) => JSON.stringify(ids.map((id) => account(id)));
  assert.deepEqual(
    idsOf({
      LIVEPERSON_ACCOUNTS_10: list("d"),
      LIVEPERSON_ACCOUNTS_2: list("c"),
      LIVEPERSON_ACCOUNTS: list("a", "b"),
      LIVEPERSON_ACCOUNTS_3: " ",
    }),
    ["a", "b", "c", "d"],
  );
  assert.deepEqual(idsOf({ ...account("own"), LIVEPERSON_ACCOUNTS_2: list("c") }), ["own", "c"]);
  assert.equal(ACCOUNT_LISTS.at(-1), "LIVEPERSON_ACCOUNTS_20");
});

Deno.test("an entry takes what it leaves out from the other settings, and never another list", () => {
  const [entry] = listAccounts({
    MAX_FETCH: "7",
    LIVEPERSON_ACCOUNTS: JSON.stringify([account("a", { FIRST_FETCH: "1 day" })]),
    LIVEPERSON_ACCOUNTS_2: JSON.stringify([account("b")]),
  }, "workers");
  const settings = readAccount(entry, "workers");
  assert.deepEqual([settings.MAX_FETCH, settings.FIRST_FETCH], [7, "1 day"]);
  assert.ok(!("LIVEPERSON_ACCOUNTS_2" in entry.variables));
});

Deno.test("an account that two lists have is told once more, by its place", () => {
  const entries = listAccounts({
    LIVEPERSON_ACCOUNTS: JSON.stringify([account("a"), account("b")]),
    LIVEPERSON_ACCOUNTS_2: JSON.stringify([account("a")]),
  }, "workers");
  assert.deepEqual(entries.map((entry) => entry.id), ["a", "b", "#3"]);
  assert.throws(() => readAccount(entries[2], "workers"), /account a is listed twice/);
});

Deno.test("a list that can't be read is named", () => {
  assert.throws(
    () => idsOf({ LIVEPERSON_ACCOUNTS: "[]", LIVEPERSON_ACCOUNTS_2: "[{}]" }),
    /LIVEPERSON_ACCOUNTS must be a JSON list of objects/,
  );
  assert.throws(
    () => idsOf({ ...account("a"), LIVEPERSON_ACCOUNTS_2: "{" }),
    /LIVEPERSON_ACCOUNTS_2 must be a JSON list of objects/,
  );
});
