/** A receiver's process: started, waited for, and ended. */
import { LeftOut, notStarted } from "./left_out.ts";
import { whatWentWrong } from "./programs.ts";

interface ServerOptions {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** The user to run as, if it must be another one. */
  readonly uid?: number;
  /** What it prints once it listens. The first group is its port: it takes any free one. */
  readonly listening: RegExp;
}

export interface RunningServer extends AsyncDisposable {
  readonly port: number;
}

const START_TIMEOUT_MS = 60_000;

/**
 * Starts a server and waits until it says that it listens.
 * @throws {LeftOut} when it ends before that, or takes longer than a minute
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { program } = options;
  const child = spawn(options);
  const ended = child.status.then(({ code }) => `ended with code ${code}`);
  const output = new Output(options.listening);
  const read = [child.stdout, child.stderr].map((stream) => output.collect(stream));
  const late = Promise.withResolvers<string>();
  const timer = setTimeout(() => late.resolve("did not start in a minute"), START_TIMEOUT_MS);

  const outcome = await Promise.race([output.port, ended, late.promise]);
  clearTimeout(timer);
  const stop = async () => {
    try {
      child.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
    await ended;
    await Promise.allSettled(read);
  };
  if (typeof outcome === "number") return { port: outcome, [Symbol.asyncDispose]: stop };
  await stop();
  throw new LeftOut(`${program} ${outcome}: ${whatWentWrong(output.text)}`);
}

function spawn(
  { program, args, cwd, env, uid }: ServerOptions,
): Deno.ChildProcess {
  const command = new Deno.Command(program, {
    args: [...args],
    cwd,
    env,
    uid,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
  try {
    return command.spawn();
  } catch (error) {
    throw notStarted(program, error);
  }
}

/** What a server has printed so far, on both outputs. */
class Output {
  text = "";
  readonly #port = Promise.withResolvers<number>();

  constructor(private readonly listening: RegExp) {}

  /** Resolves when the server says where it listens. */
  get port(): Promise<number> {
    return this.#port.promise;
  }

  async collect(stream: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    for await (const bytes of stream) {
      this.text += decoder.decode(bytes, { stream: true });
      const port = this.listening.exec(this.text)?.[1];
      if (port !== undefined) this.#port.resolve(Number(port));
    }
  }
}
