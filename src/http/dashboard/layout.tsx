/** What surrounds every page: the head with the style sheet, the navigation, the footer. */
import type { Child } from "hono/jsx";
import { raw } from "hono/html";
import { VERSION } from "../../version.ts";
import type { Advice } from "./advice.ts";
import type { Notice } from "./notice.ts";
import { STYLES } from "./styles.ts";
import { printable } from "../../printable.ts";
import type { Viewer } from "../../operators/viewer.ts";
import { ago, exactly, moment } from "../../format.ts";
import { hrefRefreshing, type PageState } from "./page_state.ts";
import { MoreAbout } from "./problem_link.tsx";

export interface LayoutProps {
  readonly title: string;
  /** Null if nobody is signed in. */
  readonly viewer: Viewer | null;
  /** When it was made, epoch milliseconds; left out of a page that is always the same. */
  readonly nowMs?: number;
  /** The path of the page's entry in the navigation. */
  readonly at?: "/" | "/events" | "/activity" | "/docs";
  /** How often the page refreshes by itself, if its state says so; if left out, it never does. */
  readonly refresh?: { readonly seconds: number; readonly state: PageState };
  readonly children?: Child;
}

/** For people who may read events. */
const READERS_PAGES = [["/events", "Events"], ["/activity", "Activity"]] as const;

const PRODUCT = "LivePerson audit collector";

export function Layout({ title, viewer, nowMs, at, refresh, children }: LayoutProps) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        {/* under the header's no-referrer, browsers would not say where a form comes from */}
        <meta name="referrer" content="same-origin" />
        <title>{`${title} · ${PRODUCT}`}</title>
        <link rel="icon" href="/icon.svg" type="image/svg+xml" />
        <style>{raw(STYLES)}</style>
      </head>
      <body>
        <a class="skip" href="#main">Skip to the content</a>
        <header class="bar-top">
          <a class="brand" href="/">{PRODUCT}</a>
          {(viewer || at) && (
            <nav aria-label="Pages">
              <ul>
                <li>
                  <a href="/" aria-current={at === "/" ? "page" : undefined}>Status</a>
                </li>
                {viewer?.rights.readEvents && READERS_PAGES.map(([path, name]) => (
                  <li>
                    <a href={path} aria-current={at === path ? "page" : undefined}>{name}</a>
                  </li>
                ))}
                <li>
                  <a href="/docs" aria-current={at === "/docs" ? "page" : undefined}>API</a>
                </li>
              </ul>
            </nav>
          )}
          {viewer && <SignOut viewer={viewer} />}
        </header>
        <main id="main">{children}</main>
        <footer>
          <span>Version {VERSION}</span>
          {nowMs !== undefined && (
            <>
              <span>As of {moment(new Date(nowMs).toISOString(), nowMs)}</span>
              {at && <a href="">Refresh</a>}
            </>
          )}
          {refresh && <AutomaticRefresh {...refresh} />}
        </footer>
      </body>
    </html>
  );
}

/** For people who read slowly or would lose their place: WCAG 2.2.1 requires a way to turn it off. */
function AutomaticRefresh({ seconds, state }: NonNullable<LayoutProps["refresh"]>) {
  const often = exactly(seconds * 1000).replace(/^1 /, "");
  return state.refreshes
    ? (
      <span>
        Refreshes every {often} · <a href={hrefRefreshing(state, false)}>Stop refreshing</a>
      </span>
    )
    : <a href={hrefRefreshing(state, true)}>Refresh every {often}</a>;
}

function SignOut({ viewer }: { viewer: Viewer }) {
  if (viewer.name !== null) {
    return (
      <span class="small quiet">
        {printable(viewer.name)} · <a href="/cdn-cgi/access/logout">Sign out</a>
      </span>
    );
  }
  return (
    <form method="post" action="/sign-out">
      <FormToken viewer={viewer} />
      <button class="plain" type="submit">Sign out</button>
    </form>
  );
}

export function FormToken({ viewer }: { viewer: Viewer }) {
  return <input type="hidden" name="token" value={viewer.formToken} />;
}

/** An instant: how long ago, and when. */
export function When({ iso, nowMs }: { iso: string; nowMs: number }) {
  return (
    <>
      <time datetime={iso}>{ago(iso, nowMs)}</time>
      <span class="small">{moment(iso, nowMs)}</span>
    </>
  );
}

/** Problems, and what to do about each. */
export function AdviceList({ advice, tone }: { advice: readonly Advice[]; tone: string }) {
  return (
    <ul class={`advice ${tone}`}>
      {advice.map(({ title, detail, action, code, link }) => (
        <li key={title}>
          <h3>{title}</h3>
          {detail && <p>{detail}</p>}
          <p class="todo">
            <strong>What to do:</strong> {action}
            {code && (
              <>
                {" "}
                <MoreAbout code={code} />
              </>
            )}
            {link && (
              <>
                {" "}
                <a href={link.href}>{link.text}</a>
              </>
            )}
          </p>
        </li>
      ))}
    </ul>
  );
}

function toneOf({ ok, isPartial = false }: Notice): string {
  if (!ok) return "bad";
  return isPartial ? "warn" : "ok";
}

/** The outcome of the last action. */
export function NoticeCard({ notice }: { notice: Notice | null }) {
  if (notice === null) return null;
  return (
    <section class={`card notice ${toneOf(notice)}`} role="status">
      <h2>{notice.title}</h2>
      <ul>{notice.lines.map((line) => <li key={line}>{line}</li>)}</ul>
      {notice.code && (
        <p>
          <MoreAbout code={notice.code} />
        </p>
      )}
    </section>
  );
}
