/**
 * A receiver of webhooks that judges signatures with the package of the Standard Webhooks project. It
 * listens on 127.0.0.1.
 */
import { Buffer } from "node:buffer";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import standardWebhooks from "standardwebhooks/package.json" with { type: "json" };
import { Webhook } from "standardwebhooks";

export interface ReceivedWebhook {
  readonly id: string | undefined;
  readonly contentType: string | undefined;
  readonly body: string;
  /** Does the package take it for signed with that secret? */
  isSignedWith(secret: string): boolean;
}

export interface WebhookReceiver extends AsyncDisposable {
  readonly version: string;
  readonly url: string;
  /** All that came, in that order. */
  readonly received: readonly ReceivedWebhook[];
}

export async function startWebhookReceiver(): Promise<WebhookReceiver> {
  const received: ReceivedWebhook[] = [];
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await Array.fromAsync(request));
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
    );
    received.push({
      id: headers["webhook-id"],
      contentType: headers["content-type"],
      body: body.toString(),
      isSignedWith: (secret) => isSigned(body, headers, secret),
    });
    response.writeHead(204).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    version: standardWebhooks.version,
    url: `http://127.0.0.1:${port}/events`,
    received,
    [Symbol.asyncDispose]: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** The package throws at a signature that isn't right. */
function isSigned(
  body: Buffer,
  headers: Readonly<Record<string, string>>,
  secret: string,
): boolean {
  try {
    new Webhook(secret).verify(body, headers, { jsonParse: false });
    return true;
  } catch {
    return false;
  }
}
