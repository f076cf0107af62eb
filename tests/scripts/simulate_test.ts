/** `deno task simulate`, run as a process; a real Worker is set up with what it prints. */
import assert from "node:assert/strict";
import { startWorker } from "../../scripts/local/worker.ts";
import { DESTINATION_IDS } from "../../scripts/simulators/destinations/index.ts";
import { RunningScript, runScript } from "./running_script.ts";

const ANY_PORTS = ["--liveperson-port", "0", "--xsiam-port", "0"];

/** The `.dev.vars` block of the output, read as wrangler does. */
function devVarsIn(printed: string): Record<string, string> {
  const lines = printed.matchAll(/^([A-Z_]+)=("?)(.*)\2$/gm);
  return Object.fromEntries([...lines].map(([, name, , value]) => [name, value]));
}

Deno.test("simulate prints settings with which a Worker collects from it", async (t) => {
  for (const [wire, compression] of [["graphql", "gzip"], ["rest", "none"]]) {
    await t.step(`${wire}, ${compression}`, async () => {
      const choice = ["--wire", wire, "--compression", compression];
      const own = [
        "--account",
        "shop1",
        "--client-id",
        "me",
        "--client-secret",
        "a+b/c=",
        "--days",
        "1",
      ];
      const amount = ["--records", "30", "--rate", "0"];
      await using script = new RunningScript("simulate", [
        ...ANY_PORTS,
        ...choice,
        ...own,
        ...amount,
      ]);
      await script.printedLike(/\nRequests\n/);
      const settings = devVarsIn(script.printed);
      assert.equal(settings.LIVEPERSON_ACCOUNT_ID, "shop1");
      assert.equal(settings.LIVEPERSON_CLIENT_SECRET, "a+b/c=");
      assert.equal(settings.FIRST_FETCH, "1 day");

      await using worker = await startWorker({ settings });
      assert.equal(await worker.fireCron(), "ok", worker.logs.join("\n"));
      await script.printedLike(/liveperson {5}GET \/api\/account\/shop1\/service\/\S+ {2}200\n/);
      await script.printedLike(/liveperson {5}POST \/sentinel\/api\/v2\/\S+ {2}200\n/);
      await script.printedLike(/liveperson {5}POST \S+\/metadata\/audit {2}200 {2}\d+ records\n/);
      await script.printedLike(/xsiam {10}POST \/logs\/v1\/event {2}200 {2}\d+ records\n/);

      script.interrupt();
      const { code, stderr, stdout } = await script.ended();
      assert.equal(stderr, "");
      assert.equal(code, 0);
      assert.match(stdout, /Stopped after \d+ requests\.\n$/);
    });
  }
});

Deno.test("simulate prints settings of each chosen destination, with which a Worker collects to it", async () => {
  const ports = DESTINATION_IDS.flatMap((id) => [`--${id}-port`, "0"]);
  const options = ["--destination", "all", ...ports, "--records", "20", "--rate", "0", "--json"];
  await using script = new RunningScript("simulate", ["--liveperson-port", "0", ...options]);
  const [line] = await script.printedLike(/^.+\n/);
  const { urls, devVars } = JSON.parse(line);
  assert.deepEqual(Object.keys(urls), ["liveperson", ...DESTINATION_IDS]);

  await using worker = await startWorker({ settings: devVars });
  assert.equal(await worker.fireCron(), "ok", worker.logs.join("\n"));
  const headers = { Authorization: `Bearer ${devVars.API_TOKEN}` };
  const { accounts } = await (await worker.fetch("/status", { headers })).json();
  const { delivered } = accounts[0].health.lastRun;
  assert.ok(delivered > 10);
  for (const id of DESTINATION_IDS) {
    await script.printedLike(new RegExp(`"${id}","method":"P.*,"status":20\\d,"records":[1-9]`));
  }
  script.interrupt();
  const { code, stderr } = await script.ended();
  assert.deepEqual([code, stderr], [0, ""]);
});

Deno.test("simulate --json logs JSON lines, and new changes keep coming", async () => {
  const amount = ["--records", "5", "--rate", "6000", "--seed", "3"];
  await using script = new RunningScript("simulate", [...ANY_PORTS, ...amount, "--json"]);
  const [line] = await script.printedLike(/^.+\n/);
  const { event, urls, devVars } = JSON.parse(line);
  assert.equal(event, "started");
  assert.equal(urls.xsiam, devVars.XSIAM_URL);

  const get = async (path: string) => (await fetch(urls.liveperson + path)).body?.cancel();
  await get("/nowhere");
  await script.printedLike(/"event":"request".*"path":"\/nowhere","status":404,"records":null/);

  await using worker = await startWorker({ settings: devVars });
  const headers = { Authorization: `Bearer ${devVars.API_TOKEN}` };
  const found = async () => {
    const response = await worker.fetch("/get-events?start_time=1%20minute&limit=10000", {
      headers,
    });
    return (await response.json()).count as number;
  };
  const before = await found();
  const deadlineMs = Date.now() + 30_000;
  while (await found() <= before) assert.ok(Date.now() < deadlineMs, "nothing new came");

  script.interrupt();
  const { code, stdout } = await script.ended();
  assert.equal(code, 0);
  const lines = stdout.trimEnd().split("\n").map((text) => JSON.parse(text));
  assert.deepEqual([lines[0].event, lines.at(-1).event], ["started", "stopped"]);
  assert.equal(lines.at(-1).requests, lines.length - 2);
});

Deno.test("simulate ends at the first request of which nobody would read", async () => {
  await using script = new RunningScript("simulate", [...ANY_PORTS, "--json"]);
  const [, line] = await script.printedLike(/^(.*)\n/);
  script.stopReading();
  const { liveperson } = JSON.parse(line).urls;
  const answer = await fetch(`${liveperson}/nothing`);
  await answer.body?.cancel();
  assert.equal((await script.ended()).code, 0);
});

Deno.test("simulate ends with 1 and says so when a port is taken", async () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr as Deno.NetAddr;
  for (const option of ["--liveperson-port", "--xsiam-port"]) {
    const { code, stdout, stderr } = await runScript(
      "simulate",
      ...ANY_PORTS,
      option,
      String(port),
    );
    assert.equal(code, 1);
    assert.equal(stdout, "");
    assert.equal(
      stderr,
      `error: A port can't be used.\n  Port ${port} is taken.\n` +
        `  What to do: Choose another port with ${option}.\n`,
    );
  }
});

Deno.test("simulate explains itself, and refuses what it does not know with 2", async () => {
  const help = await runScript("simulate", "--help");
  assert.equal(help.code, 0);
  assert.match(help.stdout, /8701[^]*8702[^]*8703/);

  const usages = [
    ...[["--nope"], ["--wire", "soap"], ["--records", "-1"], ["--api-key", "a b"], ["x"]],
    ["--destination", "nowhere"],
  ];
  const all = await Promise.all(usages.map((usage) => runScript("simulate", ...usage)));
  for (const { code, stdout, stderr } of all) {
    assert.equal(code, 2);
    assert.equal(stdout, "");
    assert.match(stderr, /^error: /);
  }
});
