/** Makes responses: a page for somebody who is signed in, the sign-in form, or a problem. */
import { html } from "hono/html";
import type { Child } from "hono/jsx";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { Problem } from "../../problems.ts";
import { ErrorPage } from "./error_page.tsx";
import { Layout, type LayoutProps, NoticeCard } from "./layout.tsx";
import { takeNotice } from "./notice.ts";
import type { PageContext } from "./page_context.ts";
import { hrefWith, readPageState } from "./page_state.ts";
import { SignInForm } from "./sign_in_form.tsx";
import { contentSecurityPolicy } from "./styles.ts";

interface Head extends Pick<LayoutProps, "title" | "at"> {
  /** How often the page refreshes by itself, unless its address says otherwise; if left out, never. */
  readonly refreshSeconds?: number;
}

/**
 * Shows the notice that an action left for this viewer, if there is one. Such a page does not refresh: the
 * notice would be gone.
 */
export async function showPage(c: PageContext, { refreshSeconds, ...head }: Head, content: Child) {
  const { viewer, nowMs } = c.var;
  const notice = await takeNotice(c, viewer);
  const state = readPageState(c.req.url);
  const refresh = refreshSeconds === undefined || notice !== null
    ? undefined
    : { seconds: refreshSeconds, state };
  // without its own address, and for one with a fragment, browsers would only scroll
  if (refresh !== undefined && state.refreshes) {
    c.header("Refresh", `${refreshSeconds}; url=${hrefWith(state, {})}`);
  }
  return c.html(
    document(
      { ...head, viewer, nowMs, refresh },
      <>
        <NoticeCard notice={notice} />
        {content}
      </>,
    ),
  );
}

/** `to`: the requested page. `error`: why the form is shown again. */
export function showSignIn(c: PageContext, to: string, error?: string, status: 401 | 429 = 401) {
  if (status === 401) c.header("WWW-Authenticate", "Bearer");
  const head = { title: "Sign in", viewer: null, nowMs: c.var.nowMs };
  return c.html(document(head, <SignInForm to={to} error={error} />), status);
}

export function showProblem(c: PageContext, problem: Problem) {
  c.header("Content-Security-Policy", contentSecurityPolicy());
  const viewer = c.var.viewer ?? null;
  const head = { title: problem.title, viewer, nowMs: c.var.nowMs };
  return c.html(
    document(head, <ErrorPage problem={problem} isSignedIn={viewer !== null} />),
    problem.status as ContentfulStatusCode,
  );
}

function document(props: LayoutProps, content: Child) {
  return html`<!doctype html>${<Layout {...props}>{content}</Layout>}`;
}
