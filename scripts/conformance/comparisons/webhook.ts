/** Signed webhooks as the Standard Webhooks project's own package verifies them. */
import { FORMATS } from "../../../src/event_formats/index.ts";
import type { AnyKind } from "../../../src/destinations/kind.ts";
import type { Line } from "../../../src/engine/ports.ts";
import { makeBatch } from "../batches.ts";
import { Judge } from "../judge.ts";
import { deliversAll, openDestination } from "../pushing.ts";
import { startWebhookReceiver, type WebhookReceiver } from "../receivers/webhook_receiver.ts";
import type { Compared, CompareOptions, Comparison } from "./comparison.ts";

export const webhook: Comparison = {
  id: "standardwebhooks",
  receiver: "standardwebhooks",
  destination: "webhook",
  compare,
};

const secretOf = (text: string) => `whsec_${btoa(text)}`;
/** The old one and the new one while a secret is changed. */
const SECRETS = [
  secretOf("the old secret, 24 bytes"),
  secretOf("and the new one, of 32 bytes ..."),
];
const UNKNOWN = secretOf("a secret of someone else");

const BODIES: Readonly<Record<string, (body: string) => unknown[]>> = {
  ndjson: (body) => body.trimEnd().split("\n").map((line) => JSON.parse(line)),
  array: (body) => JSON.parse(body),
};

async function compare(kind: AnyKind, { nowMs }: CompareOptions): Promise<Compared> {
  await using receiver = await startWebhookReceiver();
  const judge = new Judge();
  for (const format of FORMATS) {
    for (const body of Object.keys(BODIES)) {
      await signsWhatItSends(kind, receiver, judge, { format, body, nowMs });
    }
  }
  return { version: receiver.version, disagreements: judge.disagreements };
}

/** The same batch has the same id, however often it is sent, so that the receiver can drop repeats. */
async function signsWhatItSends(
  kind: AnyKind,
  receiver: WebhookReceiver,
  judge: Judge,
  { format, body, nowMs }: { format: string; body: string; nowMs: number },
): Promise<void> {
  const destination = openDestination(kind, {
    WEBHOOK_URL: receiver.url,
    WEBHOOK_SECRET: SECRETS.join(" "),
    WEBHOOK_BODY: body,
    WEBHOOK_FORMAT: format,
  });
  const what = `${format}, ${body}`;
  const batch = await makeBatch("sent twice", destination, nowMs);
  const other = await makeBatch("another", destination, nowMs);
  const before = receiver.received.length;
  for (const lines of [batch, batch, other]) {
    judge.holds(`${what}: a batch is delivered`, await deliversAll(destination, lines));
  }
  const received = receiver.received.slice(before);
  judge.equal(`${what}: requests`, received.length, 3);
  judge.equal(`${what}: the id of a repeated batch`, received[1]?.id, received[0]?.id);
  judge.holds(`${what}: another batch has another id`, received[2]?.id !== received[0]?.id);
  for (const [index, lines] of [batch, batch, other].entries()) {
    compareWebhook(judge, what, received[index], lines, BODIES[body]);
  }
}

function compareWebhook(
  judge: Judge,
  what: string,
  received: WebhookReceiver["received"][number],
  lines: readonly Line[],
  read: (body: string) => unknown[],
): void {
  for (const [index, secret] of SECRETS.entries()) {
    judge.holds(`${what}: it is signed with secret ${index + 1}`, received.isSignedWith(secret));
  }
  judge.holds(`${what}: and with no other`, !received.isSignedWith(UNKNOWN));
  judge.equal(`${what}: content`, read(received.body), lines.map(({ json }) => JSON.parse(json)));
}
