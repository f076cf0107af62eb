/** The accounts in the settings: one of their own, and those of the lists. */
import assert from "node:assert/strict";
import { DESTINATIONS } from "../../src/destinations/index.ts";
import { SETTING_ROWS } from "../../src/pipelines/settings.ts";
import {
  ACCOUNT_LISTS,
  accountNameOf,
  listAccounts,
  readAccount,
} from "../../src/pipelines/accounts.ts";

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

Deno.test("an account with a server of its own never sends it the secrets of another account's", async (t) => {
  const servers = [
    {
      urls: ["LIVEPERSON_AUTH_SERVER_URL", "LIVEPERSON_DOMAIN_API_URL"],
      secrets: ["LIVEPERSON_CLIENT_SECRET"],
    },
    ...DESTINATIONS,
  ];
  for (const { urls, secrets } of servers) {
    for (const url of urls) {
      for (const secret of secrets.filter((name) => !(urls as string[]).includes(name))) {
        await t.step(`${secret}, to ${url}`, () => {
          const problems = (entry: Record<string, string>) => {
            const given = { LIVEPERSON_ACCOUNT_ID: "b", ...entry };
            const shared = { [url]: "https://a.example.com", [secret]: "a-secret-of-a" };
            const lists = { LIVEPERSON_ACCOUNTS: JSON.stringify([given]) };
            const [one] = listAccounts({ ...shared, ...lists }, "deno");
            return [...one.problems, ...Object.values(one.problemsFor!).flat()].join();
          };
          const own = { [url]: "https://b.example.com" };
          assert.match(
            problems(own),
            new RegExp(`^${url} is the account's own, so ${secret} must`),
          );
          assert.doesNotMatch(problems(own), /a-secret-of-a|example/);
          assert.equal(problems({ ...own, [secret]: "a-secret-of-b" }), "");
          assert.equal(problems({ ...own, [secret]: "" }), "", "it has none");
          assert.equal(problems({ [secret]: "a-secret-of-b" }), "");
          assert.equal(problems({ [url]: "https://a.example.com" }), "", "it is the same server");
          assert.equal(problems({ [url]: "" }), "", "it has no such server");
        });
      }
    }
  }
});

Deno.test("that is no concern of the account's other destinations", () => {
  const entry = account("b", { XSIAM_URL: "https://b.example.com" });
  const [one] = listAccounts({
    ...{ XSIAM_URL: "https://a.example.com", XSIAM_API_KEY: "k" },
    ...{ HEC_URL: "https://a.example.com", HEC_TOKEN: "t" },
    LIVEPERSON_ACCOUNTS: JSON.stringify([entry]),
  }, "deno");
  assert.throws(() => readAccount(one, "deno", "xsiam"), /XSIAM_API_KEY must be too/);
  assert.throws(() => readAccount(one, "deno"), /XSIAM_API_KEY must be too/);
  assert.equal(readAccount(one, "deno", "hec").HEC_TOKEN, "t");
});

Deno.test("a setting of a list may be JSON as it is, and need not be text", () => {
  const entry = account("b", {
    WEBHOOK_URL: "https://hooks.example.com",
    WEBHOOK_HEADERS: { "X-Api-Key": "k" },
    MAX_FETCH: 10,
  });
  const lists = { LIVEPERSON_ACCOUNTS: JSON.stringify([entry]) };
  const { WEBHOOK_HEADERS, MAX_FETCH } = readAccount(listAccounts(lists, "deno")[0], "deno");
  assert.deepEqual([WEBHOOK_HEADERS, MAX_FETCH], [{ "x-api-key": "k" }, 10]);
});

Deno.test("a setting that is a URL is declared as one, so that its secrets are known", () => {
  const declared = DESTINATIONS.flatMap(({ urls }) => urls as readonly string[]);
  const named = SETTING_ROWS.map(({ name }) => name)
    .filter((name) => /(URL|ENDPOINT|ORIGIN)$/.test(name) && !name.startsWith("LIVEPERSON_"));
  assert.deepEqual([...declared].sort(), named.sort());
});

Deno.test("a name is its account's own: no entry of a list takes it over", () => {
  const entries = listAccounts({
    ...account("own", { LIVEPERSON_ACCOUNT_NAME: "Head office" }),
    LIVEPERSON_ACCOUNTS: JSON.stringify([
      account("a", { LIVEPERSON_ACCOUNT_NAME: " Acme Insurance " }),
      account("b", { LIVEPERSON_ACCOUNT_NAME: "" }),
      account("c"),
    ]),
  }, "workers");
  assert.deepEqual(
    entries.map((entry) => [entry.id, accountNameOf(entry)]),
    [["own", "Head office"], ["a", "Acme Insurance"], ["b", undefined], ["c", undefined]],
  );
});
