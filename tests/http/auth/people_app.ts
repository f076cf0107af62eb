/** The app with a made-up collector and a clock that the test moves, asked without a network. */
import { askEach } from "../../../src/collector/fleet.ts";
import type { LogLine } from "../../../src/collector/platform.ts";
import type { CollectorService } from "../../../src/collector/service.ts";
import { createApp } from "../../../src/http/app.ts";
import type { DoorEnv } from "../../../src/http/auth/door.ts";
import { operatorsInMemory } from "../../../src/operators/operator_records.ts";
import type { Pipeline } from "../../../src/pipelines/pipeline.ts";
import { ACCOUNT, SECRETS } from "../../environment.ts";
import {
  NOW_MS,
  ok,
  run,
  sampleCollector,
  samplePipeline,
  status,
} from "../dashboard/sample_app.ts";

export const URL_HERE = "https://collector.example";
export const READ = "read-t0ken-5a1d-77c2-4e09-8b3f-2c9d6e0f1a7b";

type Variables = DoorEnv["Bindings"];

interface Asked {
  readonly method?: string;
  readonly token?: string;
  readonly cookie?: string;
  readonly from?: string;
  readonly form?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
}

const ANSWERS = {
  collect: ok(run()),
  status: ok(status(ACCOUNT, {})),
  measures: ok(null as never),
  getEvents: ok({ events: [], pushed: 0, more: false } as never),
};

export class PeopleApp {
  nowMs = NOW_MS;
  readonly lines: LogLine[] = [];
  readonly operators = operatorsInMemory(() => this.nowMs);
  readonly #app;

  constructor(
    public variables: Variables = { API_TOKEN: SECRETS.API_TOKEN, API_TOKEN_READ: READ },
    pipelines: readonly Pipeline[] = [samplePipeline(ACCOUNT)],
    service: CollectorService = sampleCollector(ANSWERS),
  ) {
    const of = () => service;
    this.#app = createApp<Variables>({
      connect: () => ({ pipelines, of, ask: askEach(of) }),
      operators: () => this.operators,
      addressOf: (request) => request.headers.get("X-Test-From") ?? "192.0.2.1",
      now: () => this.nowMs,
      log: (line) => this.lines.push(line),
    });
  }

  async ask(path: string, asked: Asked = {}) {
    const { form, token, cookie, from, method = form ? "POST" : "GET" } = asked;
    const response = await this.#app.request(URL_HERE + path, {
      method,
      headers: {
        Origin: URL_HERE,
        ...(token !== undefined && { Authorization: `Bearer ${token}` }),
        ...(cookie !== undefined && { Cookie: `__Host-session=${cookie}` }),
        ...(from !== undefined && { "X-Test-From": from }),
        ...asked.headers,
      },
      body: form && new URLSearchParams(form),
    }, this.variables);
    return { status: response.status, headers: response.headers, text: await response.text() };
  }

  /** The cookie of a new session. */
  async signIn(token: string = SECRETS.API_TOKEN): Promise<string> {
    const { headers } = await this.ask("/sign-in", { form: { api_token: token } });
    return /__Host-session=([^;]+);/.exec(headers.get("Set-Cookie") ?? "")![1];
  }

  /** The token that the forms of a page carry. */
  async formToken(cookie: string, headers: Asked["headers"] = {}): Promise<string> {
    const { text } = await this.ask("/", { cookie, headers });
    return /name="token" value="([^"]+)"/.exec(text)![1];
  }

  linesOf(event: string): LogLine[] {
    return this.lines.filter((line) => line.event === event);
  }
}
