/** The questions of `deno task setup`, answered by a script; LivePerson is the simulated one. */
import assert from "node:assert/strict";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { type Asker, Interview, type InterviewTools } from "../../scripts/setup/interview.ts";
import type { StopSignal } from "../../scripts/cli/stop_signal.ts";
import { tryOut } from "../../scripts/setup/try_out.ts";
import { neededFor, optionalFor } from "../../scripts/setup/settings.ts";
import { Unfinished } from "../../scripts/setup/unfinished.ts";
import { Interrupted } from "../../scripts/setup/wrangler.ts";
import { KINDS } from "../../src/destinations/catalog.ts";
import { startHec } from "../../scripts/simulators/hec.ts";
import type { Variables } from "../../scripts/cli/settings_file.ts";
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
const NEVER = Promise.withResolvers<void>().promise;
/** Nobody stops the script. */
const GOING: StopSignal = {
  stopped: false,
  wait: NEVER,
  signal: new AbortController().signal,
  ask() {},
  [Symbol.dispose]() {},
};
const nothingWrong = () => Promise.resolve(null);
const tried: InterviewTools["tryOut"] = (settings, kind) => tryOut(settings, kind, GOING);
/** Of a first setup whose answers need not be kept. */
const FORGETFUL = {
  keep: () => Promise.resolve(),
  keepChosen: () => Promise.resolve(),
  chosen: [],
  answered: [],
  bound: [],
};

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
  const tools = { ...FORGETFUL, asker, tryOut: tried };
  const answers = await new Interview({ LIVEPERSON_DOMAIN_API_URL }, tools).hold();
  assert.deepEqual(told.map(({ code }) => code), ["credentials_refused"]);
  const credentials = ["LIVEPERSON_ACCOUNT_ID", "LIVEPERSON_CLIENT_ID", "LIVEPERSON_CLIENT_SECRET"];
  const again = credentials.map((name) => `${name} again`);
  assert.deepEqual(asked, [...credentials, ...again, "XSIAM_URL", "XSIAM_API_KEY"]);
  assert.equal(answers.LIVEPERSON_CLIENT_SECRET, SECRETS.LIVEPERSON_CLIENT_SECRET);
});

Deno.test("Ctrl-C while an answer is tried ends setup, and is no fault of the answer", async () => {
  await using environment = await openEnvironment();
  const stop = { ...GOING, stopped: true, signal: AbortSignal.abort() };
  await assert.rejects(tryOut(environment.settings, null, stop), Interrupted);
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
      ...FORGETFUL,
      asker,
      tryOut(_settings, one) {
        tried.push(one?.id);
        return nothingWrong();
      },
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
    ...FORGETFUL,
    asker,
    tryOut: (_settings, one) => Promise.resolve(one === null ? null : refused),
    keep: (some) => Promise.resolve(void Object.assign(kept, some)),
  });
  await assert.rejects(interview.hold(), /Refused/);
  assert.deepEqual(told, [refused]);
  assert.deepEqual(
    Object.keys(kept),
    [...Object.keys(LIVEPERSON), ...Object.keys(kind.needed)],
    "the answers are kept for the next time",
  );
});

Deno.test("any setting that has a value can be corrected, also in the next setup", async () => {
  await using environment = await openEnvironment();
  await using splunk = await startHec();
  const { LIVEPERSON_DOMAIN_API_URL } = environment.settings;
  await withFolder(async (folder) => {
    const unfinished = new Unfinished(join(folder, ".dev.vars"));
    const hold = async (own: Variables, corrected: string[], corrects: boolean) => {
      const again = corrects ? 2 : 1;
      const { asker, asked, told } = scripted(
        {
          ...livePersonAnswers(),
          HEC_URL: Array(again).fill(splunk.url),
          HEC_TOKEN: Array(again).fill(splunk.token),
          HEC_SOURCE: Array(again).fill("liveperson"),
          HEC_AUTH_SCHEME: corrected,
        },
        [["hec"], ["HEC_AUTH_SCHEME"]],
        corrects,
      );
      const { answers, chosen } = await unfinished.read();
      const interview = new Interview({ ...own, ...answers, LIVEPERSON_DOMAIN_API_URL }, {
        ...{ asker, tryOut: tried, chosen, answered: Object.keys(answers), bound: [] },
        keep: (some) => unfinished.keep(some),
        keepChosen: (some) => unfinished.keepChosen(some),
      });
      const held = interview.hold();
      if (corrects) await held;
      else await assert.rejects(held, /Splunk HEC refused the token/);
      return { asked, told: told.map(({ code }) => code) };
    };
    const credentials = Object.keys(LIVEPERSON);
    const first = ["HEC_URL", "HEC_TOKEN", "HEC_AUTH_SCHEME"];
    const again = first.map((name) => `${name} again`);

    assert.deepEqual(await hold({}, ["Bearer", "Splunk"], true), {
      asked: [...credentials, ...first, ...again],
      told: ["destination_unauthorized"],
    });
    assert.equal((await unfinished.read()).answers.HEC_AUTH_SCHEME, "Splunk");

    await unfinished.remove();
    assert.deepEqual((await hold({}, ["Bearer"], false)).asked, [...credentials, ...first]);
    assert.deepEqual(await hold({}, ["Splunk"], true), {
      asked: again,
      told: ["destination_unauthorized"],
    });
    assert.equal((await unfinished.read()).answers.HEC_AUTH_SCHEME, "Splunk");

    await unfinished.remove();
    const own = { HEC_URL: splunk.url, HEC_SOURCE: "liveperson", HEC_AUTH_SCHEME: "Bearer" };
    const { asked } = await hold(own, ["Splunk"], true);
    assert.deepEqual(asked.slice(credentials.length), [
      "HEC_TOKEN",
      ...["HEC_URL", "HEC_TOKEN", "HEC_AUTH_SCHEME", "HEC_SOURCE"].map((name) => `${name} again`),
    ]);
    const { HEC_SOURCE, HEC_AUTH_SCHEME } = (await unfinished.read()).answers;
    assert.deepEqual([HEC_SOURCE, HEC_AUTH_SCHEME], [undefined, "Splunk"], "what was changed");
  });
});

Deno.test("a setting that need not be set can be taken back, and one that was left empty is no answer", async () => {
  const refused = { code: "destination_misconfigured", title: "Refused" } as Problem;
  const { asker, asked } = scripted({
    ...livePersonAnswers(),
    HEC_URL: ["https://example.com", "https://example.com"],
    HEC_TOKEN: ["t0ken", "t0ken"],
    HEC_INDEX: ["wrong", ""],
    HEC_HOST: [""],
  }, [["hec"], ["HEC_INDEX", "HEC_HOST"]]);
  const answers = await new Interview({}, {
    ...FORGETFUL,
    asker,
    tryOut: ({ HEC_INDEX }) => Promise.resolve(HEC_INDEX === "wrong" ? refused : null),
  }).hold();
  assert.deepEqual(asked.slice(-2), ["HEC_TOKEN again", "HEC_INDEX again"]);
  assert.equal(answers.HEC_INDEX, "");
  assert.ok(!("HEC_HOST" in answers));
  assert.ok(neededFor(KINDS[0]).every(({ optional }) => optional === undefined));
  assert.ok(optionalFor(KINDS[0]).every(({ optional }) => optional));
});

Deno.test("what was chosen is asked for next time, wherever setup was broken off", async () => {
  const [first, second] = KINDS;
  const [more] = optionalFor(second);
  const names = [...neededFor(first), ...neededFor(second), more].map(({ name }) => name);
  for (const stopsAt of names) {
    await withFolder(async (folder) => {
      const unfinished = new Unfinished(join(folder, ".dev.vars"));
      /** Chooses both destinations, and the second one's further setting. */
      const hold = async (stopsAt: string | null) => {
        const values = Object.fromEntries(names.map((name) => [name, [`value of ${name}`]]));
        const { asker, asked } = scripted({ ...livePersonAnswers(), ...values }, []);
        const wanted = [first.id, second.id, more.name];
        const { answers: before, chosen } = await unfinished.read();
        await new Interview(before, {
          asker: {
            ...asker,
            choose: (_message, options) =>
              Promise.resolve(wanted.filter((one) => options.some(({ id }) => id === one))),
            answer: (setting, before) =>
              setting.name === stopsAt
                ? Promise.reject(new Interrupted("Ctrl-C"))
                : asker.answer(setting, before),
          },
          tryOut: nothingWrong,
          keep: (some) => unfinished.keep(some),
          keepChosen: (some) => unfinished.keepChosen(some),
          chosen,
          answered: Object.keys(before),
          bound: [],
        }).hold();
        return asked;
      };
      await assert.rejects(hold(stopsAt), Interrupted);
      const asked = await hold(null);
      assert.deepEqual(asked, names.slice(names.indexOf(stopsAt)));
      const { answers } = await unfinished.read();
      assert.deepEqual(Object.keys(answers), [...Object.keys(LIVEPERSON), ...names]);
    });
  }
});

Deno.test("answers are kept where only their owner can read them, until they are removed", async () => {
  await withFolder(async (folder) => {
    const unfinished = new Unfinished(join(folder, ".dev.vars"));
    assert.deepEqual(await unfinished.read(), { answers: {}, chosen: [] });
    await unfinished.keep({ LIVEPERSON_CLIENT_SECRET: "a#b$c" });
    await unfinished.keep({ XSIAM_URL: "https://example.com" });
    assert.equal((await stat(unfinished.path)).mode & 0o777, 0o600);
    const again = new Unfinished(join(folder, ".dev.vars"));
    const expected = { LIVEPERSON_CLIENT_SECRET: "a#b$c", XSIAM_URL: "https://example.com" };
    await again.keepChosen(["xsiam"]);
    await again.keepChosen(["xsiam", "HEC_INDEX"]);
    assert.deepEqual(await unfinished.read(), {
      answers: expected,
      chosen: ["xsiam", "HEC_INDEX"],
    });
    await again.remove();
    assert.deepEqual(await unfinished.read(), { answers: {}, chosen: [] });
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
