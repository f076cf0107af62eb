/** The questions of `deno task setup`, answered by a script; LivePerson is the simulated one. */
import assert from "node:assert/strict";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { type Asker, Interview } from "../../scripts/setup/interview.ts";
import { tryOut } from "../../scripts/setup/try_out.ts";
import { Unfinished } from "../../scripts/setup/unfinished.ts";
import { KINDS } from "../../src/destinations/catalog.ts";
import { whatIsWrong } from "../../src/pipelines/settings.ts";
import type { Problem } from "../../src/problems.ts";
import { openEnvironment, SECRETS, withFolder } from "../environment.ts";

/** Gives the answers one after another; `choices`: likewise. Notes what was asked, and which problems were told. */
function scripted(answers: Record<string, string[]>, choices: string[][], corrects = true) {
  const asked: string[] = [];
  const told: Problem[] = [];
  const offered: string[][] = [];
  const asker: Asker = {
    answer({ name }, before) {
      asked.push(before === undefined ? name : `${name} again`);
      return Promise.resolve(answers[name].shift()!);
    },
    choose(_message, options) {
      offered.push(options.map(({ id }) => id));
      return Promise.resolve(choices.shift() ?? []);
    },
    corrects(problem) {
      told.push(problem);
      return Promise.resolve(corrects);
    },
  };
  return { asker, asked, told, offered };
}

const LIVEPERSON = {
  LIVEPERSON_ACCOUNT_ID: ["12345678"],
  LIVEPERSON_CLIENT_ID: ["client-1"],
  LIVEPERSON_CLIENT_SECRET: [SECRETS.LIVEPERSON_CLIENT_SECRET],
};
const nothingWrong = () => Promise.resolve(null);

Deno.test("a wrong secret is told as soon as LivePerson has refused it, and asked for again", async () => {
  await using environment = await openEnvironment();
  const { LIVEPERSON_DOMAIN_API_URL } = environment.settings;
  const { asker, asked, told } = scripted({
    LIVEPERSON_ACCOUNT_ID: ["12345678", "12345678"],
    LIVEPERSON_CLIENT_ID: ["client-1", "client-1"],
    LIVEPERSON_CLIENT_SECRET: ["wr0ng", SECRETS.LIVEPERSON_CLIENT_SECRET],
    XSIAM_URL: [environment.xsiam.url],
    XSIAM_API_KEY: [SECRETS.XSIAM_API_KEY],
  }, [["xsiam"]]);
  const tools = { asker, tryOut, keep: () => Promise.resolve(), bound: [] };
  const answers = await new Interview({ LIVEPERSON_DOMAIN_API_URL }, tools).hold();
  assert.deepEqual(told.map(({ code }) => code), ["credentials_refused"]);
  const credentials = ["LIVEPERSON_ACCOUNT_ID", "LIVEPERSON_CLIENT_ID", "LIVEPERSON_CLIENT_SECRET"];
  const again = credentials.map((name) => `${name} again`);
  assert.deepEqual(asked, [...credentials, ...again, "XSIAM_URL", "XSIAM_API_KEY"]);
  assert.equal(answers.LIVEPERSON_CLIENT_SECRET, SECRETS.LIVEPERSON_CLIENT_SECRET);
});

Deno.test("every destination can be chosen, several too, with the settings that it may have beside", async () => {
  for (const kind of KINDS) {
    const needed = Object.keys(kind.needed);
    const more = Object.keys(kind.settings).filter((name) =>
      !needed.includes(name) && name !== kind.binding
    );
    const others = KINDS.filter((one) => one !== kind).slice(0, 1);
    const names = [kind, ...others].flatMap((one) => Object.keys(one.settings));
    const values = Object.fromEntries(names.map((name) => [name, [`value of ${name}`]]));
    const chosen = [kind, ...others].map(({ id }) => id);
    // in the order of the destinations, each is asked what else is to be set
    const choices = KINDS.filter(({ id }) => chosen.includes(id))
      .map(({ id }) => id === kind.id ? more : []);
    const { asker, asked, offered } = scripted({ ...livePersonAnswers(), ...values }, [
      chosen,
      ...choices,
    ]);
    const tried: (string | undefined)[] = [];
    const answers = await new Interview({}, {
      asker,
      tryOut(_settings, one) {
        tried.push(one?.id);
        return nothingWrong();
      },
      keep: () => Promise.resolve(),
      bound: [],
    }).hold();
    assert.deepEqual(offered[0], KINDS.map(({ id }) => id));
    for (const name of [...needed, ...more]) assert.equal(answers[name], `value of ${name}`);
    for (const name of others.flatMap(({ needed }) => Object.keys(needed))) {
      assert.ok(asked.includes(name), name);
    }
    assert.deepEqual(tried, [
      undefined,
      ...KINDS.map(({ id }) => id).filter((id) => chosen.includes(id)),
    ]);
  }
});

Deno.test("what a destination refuses is told, and setup ends if it is not corrected", async () => {
  const refused = { code: "destination_unauthorized", title: "Refused" } as Problem;
  const [kind] = KINDS;
  const values = Object.fromEntries(Object.keys(kind.needed).map((name) => [name, ["x"]]));
  const { asker, told } = scripted({ ...livePersonAnswers(), ...values }, [[kind.id]], false);
  const kept: Record<string, string> = {};
  const interview = new Interview({}, {
    asker,
    tryOut: (_settings, one) => Promise.resolve(one === null ? null : refused),
    keep: (some) => Promise.resolve(void Object.assign(kept, some)),
    bound: [],
  });
  await assert.rejects(interview.hold(), /Refused/);
  assert.deepEqual(told, [refused]);
  assert.deepEqual(
    Object.keys(kept),
    [...Object.keys(LIVEPERSON), ...Object.keys(kind.needed)],
    "the answers are kept for the next time",
  );
});

Deno.test("answers are kept where only their owner can read them, until they are removed", async () => {
  await withFolder(async (folder) => {
    const unfinished = new Unfinished(join(folder, ".dev.vars"));
    assert.deepEqual(await unfinished.read(), {});
    await unfinished.keep({ LIVEPERSON_CLIENT_SECRET: "a#b$c" });
    await unfinished.keep({ XSIAM_URL: "https://example.com" });
    assert.equal((await stat(unfinished.path)).mode & 0o777, 0o600);
    const again = new Unfinished(join(folder, ".dev.vars"));
    const expected = { LIVEPERSON_CLIENT_SECRET: "a#b$c", XSIAM_URL: "https://example.com" };
    assert.deepEqual({ ...await again.read() }, expected);
    await again.remove();
    assert.deepEqual(await unfinished.read(), {});
  });
});

Deno.test("a value that can't be right is refused when it is given", () => {
  assert.match(whatIsWrong("XSIAM_URL", "not a url")!, /must be/);
  assert.match(whatIsWrong("XSIAM_API_KEY", "with space")!, /has spaces/);
  assert.equal(whatIsWrong("LIVEPERSON_ACCOUNT_ID", "12345678"), undefined);
});

function livePersonAnswers(): Record<string, string[]> {
  return Object.fromEntries(Object.entries(LIVEPERSON).map(([name, list]) => [name, [...list]]));
}
