/** @jsxRuntime automatic */
/** @jsxImportSource hono/jsx */
/**
 * The status page: its routes. Rendered here, usable without JavaScript. A session, or Cloudflare Access,
 * lets a browser in; the JSON routes go on asking for the bearer token.
 */
import { type Context, Hono, type MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { html } from "hono/html";
import type { Child } from "hono/jsx";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { isSame } from "../auth/bearer.ts";
import { problemOf, tellIfUnexpected, thrownProblem } from "../routing/problems.ts";
import type { Collectors } from "../../collector/fleet.ts";
import type { LogLine } from "../../collector/platform.ts";
import { CollectorError, type ErrorCode } from "../../errors.ts";
import type { Problem } from "../../problems.ts";
import { AccountPage } from "./account.tsx";
import { ACTIONS } from "./actions.ts";
import { ClosedPage } from "./error_page.tsx";
import { ACCESS_HEADER, type AccessVariables, type TeamKeys } from "../auth/cloudflare_access.ts";
import { ConfirmForm } from "./confirm.tsx";
import { matching, readSearch, type SearchForm } from "./event_search.ts";
import { EventsPage, type SearchAnswer } from "./events.tsx";
import { Layout, type LayoutProps, NoticeCard } from "./layout.tsx";
import { leaveNotice, takeNotice } from "./notice.ts";
import { Overview } from "./overview.tsx";
import { ICON } from "./shapes.tsx";
import { SignInForm } from "./sign_in.tsx";
import { adviceOf, type Standing, standingOf, STATE_NAMES, worst } from "./account_state.ts";
import { contentSecurityPolicy } from "./styles.ts";
import {
  findViewer,
  isFromHere,
  isOwnForm,
  losesSession,
  signIn,
  signOut,
  type Viewer,
} from "../auth/viewer.ts";

export interface PageVariables extends AccessVariables {
  readonly API_TOKEN?: string;
}

export interface PageOptions<E> {
  /** @throws {CollectorError} `configuration_invalid` */
  readonly connect: (env: E) => Collectors;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly log: (line: LogLine) => void;
}

const MAX_FORM_BYTES = 16 * 1024;
const MAX_LISTED_LETTERS = 50;
/** The methods of each path; every other is answered with 405, which names these. */
const METHODS = {
  "/": "GET",
  "/events": "GET",
  "/actions/:action": "GET, POST",
  "/sign-in": "GET, POST",
  "/sign-out": "POST",
};
const FIRST_SEARCH = { start: "1 day", limit: "50", text: "" };

interface Site {
  Bindings: PageVariables;
  Variables: { viewer: Viewer };
}
type C = Context<Site>;

export function createPage<E extends PageVariables>(
  { connect, now, log }: PageOptions<E>,
): Hono<Site> {
  const page = new Hono<Site>();
  const teamKeys: TeamKeys = new Map();

  page.onError((error, c) => {
    tellIfUnexpected(c, error, log);
    return closed(c as C, thrownProblem(error));
  });

  page.get("/icon.svg", (c) => c.body(ICON, 200, { "Content-Type": "image/svg+xml" }));

  const withPolicy: MiddlewareHandler<Site> = async (c, next) => {
    c.header("Content-Security-Policy", contentSecurityPolicy());
    await next();
  };
  /** Without a token there is nothing to sign with, so nobody gets in. */
  const open: MiddlewareHandler<Site> = async (c, next) => {
    if (tokenOf(c) === "") {
      return closed(c, problemOf("api_token_missing", "The setting API_TOKEN is missing."));
    }
    await next();
  };
  const signedIn: MiddlewareHandler<Site> = async (c, next) => {
    const viewer = await findViewer(c, tokenOf(c), teamKeys, now());
    if (viewer === null) return signInPage(c, hereOf(c), refusalByAccess(c), 401);
    c.set("viewer", viewer);
    await next();
  };
  /** Only a form that this page made, sent from this page. */
  const ownForm: MiddlewareHandler<Site> = async (c, next) => {
    if (!isFromHere(c) || !isOwnForm(await readForm(c), c.var.viewer)) {
      return closed(c, foreignForm());
    }
    await next();
  };
  const limited = bodyLimit({
    maxSize: MAX_FORM_BYTES,
    onError: (c) => closed(c as C, problemOf("body_too_large", "The form has over 16 KiB.")),
  });

  page.get("/", withPolicy, open, signedIn, async (c) => {
    const nowMs = now();
    const collectors = connect(c.env as E);
    const named = c.req.query("account");
    if (named === undefined && collectors.ids.length > 1) {
      const outcomes = await collectors.all("status");
      const standings = outcomes.map((outcome, i) => standingOf(collectors.ids[i], outcome, nowMs));
      return show(
        c,
        { title: STATE_NAMES[worst(standings)], at: "/" },
        <Overview standings={standings} nowMs={nowMs} />,
      );
    }
    const id = named ?? collectors.ids[0];
    if (!collectors.ids.includes(id)) return closed(c, noAccount());
    const collector = collectors.of(id);
    const standing: Standing = standingOf(id, await collector.status(), nowMs);
    const letters = (standing.status?.deadLetters ?? 0) > 0
      ? await collector.deadLetters(MAX_LISTED_LETTERS)
      : null;
    return show(
      c,
      { title: `${STATE_NAMES[standing.state]} · ${id}`, at: "/" },
      <AccountPage
        standing={standing}
        letters={letters?.ok ? letters.value : null}
        isOneOfMany={collectors.ids.length > 1}
        nowMs={nowMs}
      />,
    );
  });

  page.get("/events", withPolicy, open, signedIn, async (c) => {
    const { ids, of } = connect(c.env as E);
    const form: SearchForm = { account: ids[0], ...FIRST_SEARCH, ...c.req.query() };
    if (!ids.includes(form.account)) return closed(c, noAccount());
    const isAsked = c.req.query("start") !== undefined;
    const answer = isAsked ? await search(form, of(form.account)) : null;
    return show(
      c,
      { title: "Events", at: "/events" },
      <EventsPage accounts={ids} form={form} answer={answer} />,
    );
  });

  async function search(
    form: SearchForm,
    collector: ReturnType<Collectors["of"]>,
  ): Promise<SearchAnswer> {
    const read = readSearch(form, now());
    if ("wrong" in read) return read;
    const { shown, ...args } = read.search;
    const outcome = await collector.getEvents(args);
    if (!outcome.ok) return { problem: adviceOf(outcome.problem) };
    const { events, more } = outcome.value;
    const matched = matching(events, form.text);
    return {
      found: {
        events: matched.slice(0, shown),
        read: events.length,
        matched: matched.length,
        readUntil: more ? events.at(-1)?._time ?? null : null,
      },
    };
  }

  page.use("/actions/:action", withPolicy, open, limited, signedIn);
  page.get("/actions/:action", (c) => {
    const action = ACTIONS.get(c.req.param("action"));
    const { ids } = connect(c.env as E);
    const account = c.req.query("account") ?? ids[0];
    if (action === undefined) return closed(c, noPage());
    if (!ids.includes(account)) return closed(c, noAccount());
    return show(
      c,
      { title: `${action.name}?` },
      <ConfirmForm action={action} account={account} viewer={c.var.viewer} />,
    );
  });
  page.post("/actions/:action", ownForm, async (c) => {
    const action = ACTIONS.get(c.req.param("action"));
    const { ids, of } = connect(c.env as E);
    const account = String((await readForm(c)).account);
    if (action === undefined) return closed(c, noPage());
    if (!ids.includes(account)) return closed(c, noAccount());
    leaveNotice(c, tokenOf(c), c.var.viewer, await action.perform(of(account)));
    return c.redirect(ids.length > 1 ? `/?account=${encodeURIComponent(account)}` : "/", 303);
  });

  page.post("/sign-in", withPolicy, open, limited, async (c) => {
    if (!isFromHere(c)) return closed(c, foreignForm());
    const { api_token: given, to } = await readForm(c);
    const target = localPath(to);
    if (losesSession(c)) {
      const error = "Signing in needs https: browsers keep no session over plain http.";
      return signInPage(c, target, error, 401);
    }
    if (typeof given !== "string" || !isSame(given.trim(), tokenOf(c))) {
      return signInPage(c, target, "That is not the API token.", 401);
    }
    signIn(c, tokenOf(c), now());
    return c.redirect(target, 303);
  });
  page.get("/sign-in", (c) => c.redirect("/", 303));

  page.post("/sign-out", withPolicy, open, limited, signedIn, ownForm, (c) => {
    signOut(c);
    return c.redirect("/", 303);
  });

  for (const [path, methods] of Object.entries(METHODS)) {
    page.all(path, (c) => {
      c.header("Allow", methods);
      const detail = `The page does not take ${c.req.method}.`;
      return closed(c, problemOf("method_not_allowed", detail));
    });
  }

  function show(c: C, layout: Pick<LayoutProps, "title" | "at">, content: Child) {
    const notice = takeNotice(c, tokenOf(c), c.var.viewer);
    return c.html(
      document(
        { ...layout, viewer: c.var.viewer, nowMs: now() },
        <>
          <NoticeCard notice={notice} />
          {content}
        </>,
      ),
    );
  }

  function signInPage(c: C, to: string, error: string | undefined, status: 401) {
    c.header("WWW-Authenticate", "Bearer");
    const content = <SignInForm to={to} error={error} />;
    return c.html(document({ title: "Sign in", viewer: null, nowMs: now() }, content), status);
  }

  function closed(c: C, problem: Problem) {
    c.header("Content-Security-Policy", contentSecurityPolicy());
    const content = <ClosedPage problem={problem} />;
    const viewer = c.var.viewer ?? null;
    return c.html(
      document({ title: problem.title, viewer, nowMs: now() }, content),
      problem.status as ContentfulStatusCode,
    );
  }

  return page;
}

function document(props: LayoutProps, content: Child) {
  return html`<!doctype html>${<Layout {...props}>{content}</Layout>}`;
}

function tokenOf(c: Context): string {
  return (c.env as PageVariables).API_TOKEN?.trim() ?? "";
}

/** @throws {CollectorError} `arguments_invalid`, if the body is not the form that its type says it is */
async function readForm(c: Context): Promise<Readonly<Record<string, unknown>>> {
  try {
    return await c.req.parseBody();
  } catch (cause) {
    const detail = "The body can't be read as the form that its Content-Type names.";
    throw new CollectorError("arguments_invalid", { detail, cause });
  }
}

/** The page that was asked for, to come back to it. */
function hereOf(c: Context): string {
  const { pathname, search } = new URL(c.req.url);
  return c.req.method === "GET" ? localPath(pathname + search) : "/";
}

/** A path of this page's own, whatever was sent. */
function localPath(value: unknown): string {
  const here = "https://here.invalid";
  if (typeof value !== "string" || !URL.canParse(value, here)) return "/";
  const { origin, pathname, search } = new URL(value, here);
  const isOurs = pathname === "/" || pathname === "/events" || pathname.startsWith("/actions/");
  return origin === here && isOurs ? pathname + search : "/";
}

function refusalByAccess(c: Context): string | undefined {
  return c.req.header(ACCESS_HEADER) === undefined ? undefined : (
    "Cloudflare Access vouches for you, but its token was not accepted. Check " +
    "CLOUDFLARE_ACCESS_TEAM_DOMAIN and CLOUDFLARE_ACCESS_AUDIENCE, or sign in here."
  );
}

function pageProblem(code: ErrorCode, status: number, words: Partial<Problem>): Problem {
  return { ...problemOf(code, ""), status, ...words };
}

function foreignForm(): Problem {
  return pageProblem("unauthorized", 403, {
    title: "Nothing was done",
    detail: "The form did not come from this page, or the session it came from has ended.",
    action: "Go back to the status page and try again. If it happens each time, let the proxy in " +
      "front, if there is one, pass the Host header on.",
  });
}

function noAccount(): Problem {
  return pageProblem("not_found", 404, {
    title: "There is no such account",
    detail: "No account of that id is collected here.",
    action: "Go to the status page and choose one from there.",
  });
}

function noPage(): Problem {
  return pageProblem("not_found", 404, {
    title: "There is no such page",
    detail: "The address leads nowhere.",
    action: "Go to the status page.",
  });
}
