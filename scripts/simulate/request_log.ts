/** The requests to the simulators, one entry each, as they come. Read from the simulators' own records. */
import type { Environment } from "../simulators/environment.ts";
import type { LivePersonRequest } from "../simulators/liveperson.ts";
import type { XsiamRequest } from "../simulators/xsiam.ts";

export interface SeenRequest {
  readonly simulator: "liveperson" | "xsiam";
  readonly method: string;
  readonly path: string;
  /** What the client got. */
  readonly status: number;
  /** Records answered by LivePerson or stored by XSIAM; null where there can be none. */
  readonly records: number | null;
}

const LOOK_EVERY_MS = 50;
const PUSH_PATH = "/logs/v1/event";

/** Calls `seen` for each request from now on. The function that it returns stops that, after the last ones. */
export function followRequests(
  { livePerson, xsiam }: Pick<Environment, "livePerson" | "xsiam">,
  seen: (request: SeenRequest) => void,
): Disposable {
  let livePersonSeen = livePerson.requests.length;
  let xsiamSeen = xsiam.requests.length;
  const look = () => {
    const fromLivePerson = livePerson.requests.slice(livePersonSeen);
    const fromXsiam = xsiam.requests.slice(xsiamSeen);
    livePersonSeen += fromLivePerson.length;
    xsiamSeen += fromXsiam.length;
    fromLivePerson.map(ofLivePerson).forEach(seen);
    fromXsiam.map(ofXsiam).forEach(seen);
  };
  const timer = setInterval(look, LOOK_EVERY_MS);
  return {
    [Symbol.dispose]() {
      clearInterval(timer);
      look();
    },
  };
}

function ofLivePerson({ method, path, status, returned }: LivePersonRequest): SeenRequest {
  return { simulator: "liveperson", method, path, status, records: returned ?? null };
}

/** The simulator records no path: there is only one, and any other is answered with 404. */
function ofXsiam({ status, records }: XsiamRequest): SeenRequest {
  const isPush = status !== 404;
  return {
    simulator: "xsiam",
    method: isPush ? "POST" : "?",
    path: isPush ? PUSH_PATH : `(anything but POST ${PUSH_PATH})`,
    status,
    records: isPush ? records : null,
  };
}
