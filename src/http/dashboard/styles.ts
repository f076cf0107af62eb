/** The one style sheet, inlined in every page, and the policy that allows it and nothing else. */
import { createHash } from "node:crypto";

export const STYLES = `
:root {
  color-scheme: light dark;
  --ground: #f6f6f4; --card: #ffffff; --ink: #1b1b1d; --quiet: #56565c; --line: #dededa;
  --link: #1d4fb8; --button: #1d4fb8; --on-button: #ffffff; --focus: #1d4fb8;
  --ok: #14692f; --ok-tint: #e6f4ea; --warn: #8a4b00; --warn-tint: #fdf1dc;
  --bad: #b3201a; --bad-tint: #fdebe9; --calm: #4c5567; --calm-tint: #eceef2; --glyph: #ffffff;
  --bar: #5b78c4;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #141416; --card: #1d1d20; --ink: #ededf0; --quiet: #a9a9b2; --line: #36363c;
    --link: #9dbcff; --button: #9dbcff; --on-button: #10182b; --focus: #9dbcff;
    --ok: #6fdc93; --ok-tint: #15291c; --warn: #f5bd5c; --warn-tint: #2e2412;
    --bad: #ff9d95; --bad-tint: #351b1a; --calm: #b4bccd; --calm-tint: #24272e; --glyph: #141416;
    --bar: #7f9be6;
  }
}
*, *::before, *::after { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; scroll-padding-top: 1rem; }
body {
  margin: 0; background: var(--ground); color: var(--ink); overflow-wrap: anywhere;
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
}
a { color: var(--link); text-underline-offset: 0.18em; }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 3px; border-radius: 4px; }
h1, h2, h3, p, dl, dd, ul, ol, figure { margin: 0; }
h2 { font-size: 1.15rem; line-height: 1.3; letter-spacing: -0.005em; }
h3 { font-size: 1rem; line-height: 1.4; }
.quiet { color: var(--quiet); }
.small { font-size: 0.875rem; }
.number { font-variant-numeric: tabular-nums; }
code { font: 0.875em/1.5 ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
.skip { position: absolute; left: -999rem; }
.skip:focus { position: static; display: block; padding: 0.75rem 1.25rem; }

.bar-top, main, footer { max-width: 62rem; margin-inline: auto; padding-inline: 1.25rem; }
.bar-top {
  display: flex; flex-wrap: wrap; align-items: center; gap: 0.25rem 1.5rem; padding-block: 1rem;
}
.brand { font-weight: 650; color: var(--ink); text-decoration: none; margin-right: auto; }
nav ul { display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; padding: 0; list-style: none; }
nav a { display: inline-block; padding-block: 0.5rem; text-decoration: none; }
nav a:hover, .brand:hover { text-decoration: underline; }
nav a[aria-current] { color: var(--ink); font-weight: 600; }
main { display: grid; gap: 1.25rem; grid-template-columns: minmax(0, 1fr); padding-bottom: 1rem; }
footer {
  display: flex; flex-wrap: wrap; gap: 0.25rem 1.5rem; align-items: center;
  padding-block: 1.5rem 3rem; color: var(--quiet); font-size: 0.875rem;
}

.card {
  background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 1.5rem;
  display: grid; gap: 1rem; grid-template-columns: minmax(0, 1fr); align-content: start;
}
.card > h2 + p { margin-top: -0.5rem; }
.narrow { max-width: 26rem; width: 100%; margin: 8vh auto; }
.pair { display: grid; gap: 1.5rem 2.5rem; grid-template-columns: repeat(2, minmax(0, 1fr)); }

.ok { --tone: var(--ok); --tint: var(--ok-tint); }
.warn { --tone: var(--warn); --tint: var(--warn-tint); }
.bad { --tone: var(--bad); --tint: var(--bad-tint); }
.calm { --tone: var(--calm); --tint: var(--calm-tint); }
.shape { fill: var(--tone); flex: none; }
.glyph { fill: none; stroke: var(--glyph); stroke-width: 5; stroke-linecap: round; stroke-linejoin: round; }
.shape .dot { fill: var(--glyph); }

.headline { background: var(--tint); border-color: transparent; gap: 1.5rem; padding: 2rem 1.75rem; }
.headline-top { display: flex; align-items: center; gap: 1.5rem; }
.headline h1 { font-size: 2.75rem; line-height: 1.1; letter-spacing: -0.025em; font-weight: 680; }
.headline .because { font-size: 1.125rem; margin-top: 0.375rem; }
.headline .quiet { color: color-mix(in srgb, var(--ink) 78%, var(--tint)); }
.title, .headline .title { font-size: 1.75rem; line-height: 1.2; letter-spacing: -0.015em; font-weight: 660; }

.facts { display: grid; grid-template-columns: repeat(5, minmax(0, 1fr)); gap: 1rem 1.5rem; }
.facts dt { font-size: 0.875rem; color: var(--quiet); }
.headline .facts dt { color: color-mix(in srgb, var(--ink) 78%, var(--tint)); }
.facts dd { font-weight: 600; }
.facts dd .warn { color: var(--warn); }
.facts dd .small { display: block; font-weight: 400; }
.headline .facts dd .small { color: color-mix(in srgb, var(--ink) 78%, var(--tint)); }

.advice { display: grid; gap: 1rem; padding: 0; list-style: none; }
.advice li { border-left: 4px solid var(--tone); padding-left: 1rem; }
.advice .todo { margin-top: 0.25rem; }
.notice { border: 1px solid var(--line); border-left: 6px solid var(--tone); padding-block: 1.125rem; }
.notice ul { padding-left: 1.15rem; }

.actions { display: flex; flex-wrap: wrap; gap: 0.75rem; align-items: center; }
.button {
  display: inline-flex; align-items: center; justify-content: center; min-height: 2.75rem;
  padding: 0.5rem 1.125rem; border-radius: 8px; border: 1px solid var(--button); cursor: pointer;
  background: var(--button); color: var(--on-button); font: inherit; font-weight: 600;
  text-decoration: none;
}
.button.second { background: var(--card); color: var(--link); border-color: var(--line); }
.button:hover { text-decoration: underline; }
.plain {
  border: 0; background: none; color: var(--link); font: inherit; padding: 0.5rem 0; cursor: pointer;
}
.plain:hover { text-decoration: underline; }

label { font-weight: 600; display: block; margin-bottom: 0.25rem; }
.hint { display: block; font-size: 0.875rem; color: var(--quiet); font-weight: 400; margin-top: 0.25rem; }
input, select {
  width: 100%; min-height: 2.75rem; padding: 0.5rem 0.75rem; border-radius: 8px; font: inherit;
  border: 1px solid var(--quiet); background: var(--card); color: var(--ink);
}
.form { display: grid; gap: 1.25rem; }
.fields { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(13rem, 100%), 1fr)); align-items: start; }
.finder { grid-template-columns: minmax(0, 2fr) minmax(0, 1fr) auto; align-items: end; padding: 1.125rem 1.5rem; }
.pages { display: flex; justify-content: center; gap: 1.5rem; align-items: center; }
.pages a { padding-block: 0.5rem; }
.error { color: var(--bad); font-weight: 600; }

.chart { display: grid; gap: 0.5rem; align-content: start; grid-template-columns: minmax(0, 1fr); }
.chart figcaption { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 1rem; align-items: baseline; }
.plot { display: grid; grid-template-columns: 3.25rem minmax(0, 1fr); gap: 0.5rem; }
.plot svg, .timeline { display: block; width: 100%; overflow: visible; }
.plot text, .timeline text { fill: var(--quiet); font-size: 0.75rem; font-variant-numeric: tabular-nums; }
.events { fill: var(--bar); }
.lag { fill: var(--calm); }
.failed { fill: var(--bad); }
.ground { fill: var(--calm-tint); }
.base, .grid { stroke: var(--quiet); stroke-width: 1; shape-rendering: crispEdges; }
.grid { stroke: var(--line); }
.cross { overflow: visible; }
.cross path { stroke: var(--bad); stroke-width: 2.5; stroke-linecap: round; fill: none; }
.reach { fill: transparent; }
.reach:hover { fill: color-mix(in srgb, var(--ink) 8%, transparent); }
.outages { display: grid; gap: 0.625rem; padding: 0; list-style: none; }
.outages li { display: flex; flex-wrap: wrap; gap: 0 1rem; justify-content: space-between; }
.aside { color: var(--quiet); font-size: 0.875rem; font-weight: 400; }
.choices { display: flex; flex-wrap: wrap; gap: 0 1rem; font-weight: 400; }
.choices a { padding-block: 0.25rem; }
td > .choices { margin-top: -0.25rem; }
.outcome { display: flex; gap: 0.5rem; align-items: flex-start; }
.outcome .shape { margin-top: 0.2rem; }
.fold { text-decoration: none; }
.fold::before {
  content: ""; display: inline-block; width: 0.4em; height: 0.4em; margin-right: 0.6em; vertical-align: 0.15em;
  border: solid currentColor; border-width: 0 2px 2px 0; transform: rotate(-45deg);
}
.fold[aria-expanded=true]::before { transform: rotate(45deg); vertical-align: 0.25em; }
.fold:hover { text-decoration: underline; }

progress { width: 100%; height: 0.75rem; accent-color: var(--bar); }
summary { cursor: pointer; color: var(--link); padding-block: 0.25rem; }
summary::marker { color: var(--quiet); }

table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { text-align: left; vertical-align: top; padding: 0.625rem 1rem 0.625rem 0; border-top: 1px solid var(--line); }
th:last-child, td:last-child { padding-right: 0; }
thead th { border-top: 0; font-size: 0.875rem; font-weight: 500; color: var(--quiet); padding-top: 0; overflow-wrap: normal; }
tbody th { font-weight: 600; }
/* only a cell with names and ids, which may be long, may be narrower than its longest word */
td { overflow-wrap: break-word; }
tbody th, .long { overflow-wrap: anywhere; }
.stacked tbody th, .stacked .long { min-width: 7.5rem; }
table.small th, table.small td { padding-right: 0.5rem; }
table.small th:last-child, table.small td:last-child { padding-right: 0; }
.id { white-space: nowrap; }
.right { text-align: right; white-space: nowrap; }
thead .right { white-space: normal; }
.lines { display: grid; gap: 0.25rem; padding: 0; list-style: none; }
.counts { display: flex; flex-wrap: wrap; gap: 0.75rem; padding: 0; list-style: none; }
.counts a {
  display: flex; align-items: center; gap: 0.625rem; padding: 0.5rem 1rem 0.5rem 0.75rem; color: var(--ink);
  background: var(--card); border: 1px solid var(--line); border-radius: 8px; text-decoration: none;
}
.counts a[aria-current] { border-color: var(--link); box-shadow: inset 0 0 0 1px var(--link); }
.counts a:hover { text-decoration: underline; }
.group { display: flex; align-items: center; gap: 0.625rem; }
.account { display: grid; gap: 0.25rem; border-top: 1px solid var(--line); padding-top: 1rem; }
.accounts { display: grid; gap: 1rem; padding: 0; list-style: none; }
.event-list { padding: 0; list-style: none; }
.event-list li { border-top: 1px solid var(--line); }
.event-line {
  display: grid; grid-template-columns: 7.5rem minmax(0, 1fr) minmax(0, 3fr) minmax(0, 1fr) minmax(0, 1fr); gap: 0 1rem;
  padding: 0.5rem 0 0.5rem 1.25rem; color: var(--ink); position: relative;
}
summary.event-line::before {
  content: ""; position: absolute; left: 0.125rem; top: 1rem; width: 0.4rem; height: 0.4rem;
  border: solid var(--link); border-width: 0 2px 2px 0; transform: rotate(-45deg);
}
details[open] > summary.event-line::before { transform: rotate(45deg); }
.event-line > * { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.event-line > time { overflow: visible; font-variant-numeric: tabular-nums; }
summary.event-line:hover { background: color-mix(in srgb, var(--ink) 5%, transparent); }
details[open] > summary.event-line { font-weight: 600; }
.event-head { color: var(--quiet); }
.event-fields { display: grid; gap: 0.75rem; padding: 0.5rem 0 1.25rem 1.25rem; }
.event-fields dl { display: grid; gap: 0.375rem; }
.event-fields dl > div { display: grid; grid-template-columns: 10rem minmax(0, 1fr); gap: 0 1rem; }
pre {
  margin: 0.5rem 0 0; padding: 0.75rem; border-radius: 8px; background: var(--ground); white-space: pre-wrap;
  font: 0.8125rem/1.5 ui-monospace, "SF Mono", Menlo, Consolas, monospace;
}
.value { white-space: pre-wrap; }

.docs h3 { margin-top: 0.25rem; }
.docs section { display: grid; gap: 0.75rem; padding-top: 1.25rem; border-top: 1px solid var(--line); }
.docs p { max-width: 46rem; }
.docs dl { display: grid; gap: 0.5rem 1.5rem; grid-template-columns: minmax(9rem, max-content) minmax(0, 1fr); }
.docs dt { font-weight: 600; max-width: 20rem; }
.docs :target { outline: 3px solid var(--focus); outline-offset: 4px; border-radius: 2px; }
.docs pre { margin: 0; }
.kind { color: var(--quiet); font-size: 0.875rem; }
.method { border: 1px solid var(--line); border-radius: 5px; font-size: 0.8rem; margin-right: 0.5em; padding: 0.1em 0.4em; }
.contents ul { display: block; columns: 20rem; }
.contents li { break-inside: avoid; padding-block: 0.2rem; }
.contents a { padding: 0; text-decoration: underline; }
.contents code { display: inline-block; }

@media (max-width: 44rem) {
  .docs dl { display: block; }
  .docs dd { margin: 0 0 0.625rem; }
  .bar-top, main, footer { padding-inline: 1rem; }
  .card { padding: 1.125rem; }
  .headline { padding: 1.375rem 1.125rem; }
  .headline-top { gap: 1rem; align-items: flex-start; }
  .headline-top .shape { width: 3.25rem; height: 3.25rem; }
  .headline h1 { font-size: 2rem; }
  .headline .because { font-size: 1rem; }
  .facts { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  .finder { grid-template-columns: minmax(0, 1fr); padding: 1.125rem; }
  .pair { grid-template-columns: minmax(0, 1fr); }
  .actions { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); }
  .actions form { display: grid; }
  .actions .button { padding-inline: 0.5rem; text-align: center; line-height: 1.25; }
  .headline .eyebrow { font-size: 0.875rem; }
  .stacked thead { position: absolute; left: -999rem; }
  .stacked, .stacked tbody, .stacked tr, .stacked th, .stacked td { display: block; }
  .stacked tr { border-top: 1px solid var(--line); padding-block: 0.75rem; }
  .fields { grid-template-columns: repeat(auto-fit, minmax(min(9rem, 100%), 1fr)); }
  .event-head { display: none; }
  .event-line { grid-template-columns: auto minmax(0, 1fr); }
  .event-line > :nth-child(n + 3) { grid-column: 1 / -1; white-space: normal; }
  .event-fields dl > div { grid-template-columns: minmax(0, 1fr); }
  .stacked th, .stacked td { border: 0; padding: 0.125rem 0; text-align: left; white-space: normal; }
  .inline tbody tr { display: flex; flex-wrap: wrap; gap: 0 1rem; }
  .inline tbody th, .inline td:not([data-name]) { flex-basis: 100%; }
  .stacked td[data-name]::before { content: attr(data-name) " "; color: var(--quiet); font-size: 0.875rem; }
}
@media (forced-colors: active) {
  .shape, .plot, .timeline, .cross { forced-color-adjust: none; }
}
`;

let policy: string | undefined;

/**
 * No scripts, nothing from other hosts, and only the page's own styles. Made when the first page is
 * requested.
 */
export function contentSecurityPolicy(): string {
  return policy ??= [
    "default-src 'none'",
    `style-src 'sha256-${createHash("sha256").update(STYLES).digest("base64")}'`,
    "img-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join("; ");
}
