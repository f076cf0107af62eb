/** The checks before a page is shown or an action is taken. */
import type { MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { ACCESS_HEADER } from "../auth/cloudflare_access.ts";
import { findViewer, isFromHere, isOwnForm } from "../auth/viewer.ts";
import { problemOf } from "../routing/problems.ts";
import { tokensIn } from "../auth/tokens.ts";
import type { Rights } from "../../operators/session.ts";
import { refuseSignIn } from "./refused_sign_in.ts";
import { localPath, type PageContext, type PageEnv, readForm } from "./page_context.ts";
import { FOREIGN_FORM, LOOKING_ONLY } from "./page_problems.ts";
import { showProblem, showSignIn } from "./render.tsx";
import { contentSecurityPolicy } from "./styles.ts";

type Guard = MiddlewareHandler<PageEnv>;

const MAX_FORM_BYTES = 16 * 1024;
type Form = Readonly<Record<string, unknown>>;

const ENDED = "Nobody is signed in, so nothing was done.";

const withPolicy: Guard = async (c, next) => {
  c.header("Content-Security-Policy", contentSecurityPolicy());
  await next();
};

/** Without an API token nobody gets in. */
const tokenIsSet: Guard = async (c, next) => {
  const tokens = tokensIn(c.env);
  if ("code" in tokens) {
    const isMissing = tokens.code === "api_token_missing";
    const why = isMissing ? "The setting API_TOKEN is missing." : tokens.why;
    return showProblem(c, problemOf(tokens.code, why));
  }
  await next();
};

const signedIn: Guard = async (c, next) => {
  const viewer = await findViewer(c, c.var.teamKeys);
  if (viewer === null) {
    // only somebody who is signed in is shown a form, so a form is a try
    const isTry = c.req.method === "POST";
    return isTry
      ? refuseSignIn(c, await questionOf(c), ENDED)
      : showSignIn(c, hereOf(c), refusalByAccess(c));
  }
  c.set("viewer", viewer);
  c.set("actor", viewer.actor);
  await next();
};

const limited = bodyLimit({
  maxSize: MAX_FORM_BYTES,
  onError: (c) =>
    showProblem(c as PageContext, problemOf("body_too_large", "The form has over 16 KiB.")),
});

/** Only a form that this page made, sent from this page. */
const ownForm: Guard = async (c, next) => {
  if (!isFromHere(c) || !isOwnForm(await readForm(c), c.var.viewer)) {
    return showProblem(c, FOREIGN_FORM);
  }
  await next();
};

/** Only somebody with this right. */
function entitled(right: keyof Rights): Guard {
  return async (c, next) => {
    if (!c.var.viewer.rights[right]) return showProblem(c, LOOKING_ONLY);
    await next();
  };
}

/** For people who are signed in. */
export const VIEWED: readonly Guard[] = [withPolicy, tokenIsSet, signedIn];

/** For people who may read events. */
export const READ: readonly Guard[] = [...VIEWED, entitled("readEvents")];

/** For whoever may act. */
export const ASKED: readonly Guard[] = [...VIEWED, entitled("act")];

/** For a form from somebody who isn't signed in yet. */
export const SIGNING_IN: readonly Guard[] = [withPolicy, tokenIsSet, limited];

/** For a form from somebody who is signed in. */
export const SUBMITTED: readonly Guard[] = [withPolicy, tokenIsSet, limited, signedIn, ownForm];

/** For a form from somebody who may act. */
export const ACTED: readonly Guard[] = [...SUBMITTED, entitled("act")];

/** The requested page, to return to after signing in. */
function hereOf(c: PageContext): string {
  const { pathname, search } = new URL(c.req.url);
  return localPath(pathname + search);
}

/** In characters: the form that signs in passes the path on, and has a limit. */
const MAX_PATH_LENGTH = 4_000;

/** The page that asks for what the form confirmed, with the same fields, to return to after signing in. */
async function questionOf(c: PageContext): Promise<string> {
  if (!isFromHere(c)) return "/";
  const { token: _, confirm: __, ...form } = await readForm(c).catch((): Form => ({}));
  const given = Object.entries(form).filter((one): one is [string, string] =>
    typeof one[1] === "string"
  );
  const path = localPath(`${c.req.path}?${new URLSearchParams(given)}`);
  return path.length > MAX_PATH_LENGTH ? "/" : path;
}

function refusalByAccess(c: PageContext): string | undefined {
  return c.req.header(ACCESS_HEADER) === undefined ? undefined : (
    "Cloudflare Access vouches for you, but its token was not accepted. Check " +
    "CLOUDFLARE_ACCESS_TEAM_DOMAIN and CLOUDFLARE_ACCESS_AUDIENCE, or sign in here."
  );
}
