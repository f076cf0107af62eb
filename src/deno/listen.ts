/** Opens the port that the host listens on. What keeps it from that is told in the settings' words. */
import { CollectorError } from "../errors.ts";

interface ListenOptions {
  readonly host: string;
  readonly port: number;
}

/** @throws {CollectorError} `configuration_invalid` */
export function listen({ host, port }: ListenOptions): Deno.TcpListener {
  try {
    return Deno.listen({ hostname: host, port });
  } catch (error) {
    const detail = listenFailure(error, { host, port });
    throw new CollectorError("configuration_invalid", { detail, cause: error });
  }
}

/** Why it can't listen there. Pure. */
export function listenFailure(error: unknown, { host, port }: ListenOptions): string {
  if (error instanceof Deno.errors.AddrInUse) {
    return `The PORT is in use: another program listens on ${host}, port ${port}.`;
  }
  if (error instanceof Deno.errors.NotCapable) {
    return "Deno has no permission to listen on HOST: add it to --allow-net in the start task.";
  }
  if (error instanceof Deno.errors.PermissionDenied) {
    return `This user is not allowed to listen on PORT ${port}: set one from 1024 on, and put a ` +
      "proxy in front of it if others need that port.";
  }
  if (error instanceof Deno.errors.AddrNotAvailable) {
    return `HOST is ${host}, which is not an address of this machine.`;
  }
  return `HOST ${host}, port ${port}: ${error instanceof Error ? error.message : error}.`;
}
