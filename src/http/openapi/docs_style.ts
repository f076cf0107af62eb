/** The style of the page at `/docs`: light and dark, in one column that fits a phone. */
export const DOCS_STYLE = `
:root {
  color-scheme: light dark;
  --text: light-dark(#1c2733, #e3e8ee);
  --quiet: light-dark(#4d5b6a, #a9b5c2);
  --line: light-dark(#d5dce4, #35404c);
  --back: light-dark(#ffffff, #12181f);
  --raised: light-dark(#f3f6f9, #1b232c);
  --link: light-dark(#0b57a4, #7db8f5);
}
* { box-sizing: border-box; }
html { background: var(--back); color: var(--text); scroll-padding-top: 1rem; }
body { font: 1rem/1.55 system-ui, sans-serif; margin: 0 auto; max-width: 58rem; padding: 1rem 1.25rem 4rem; }
h1 { font-size: 1.7rem; line-height: 1.25; margin: 1rem 0 .5rem; }
h2 { border-top: 1px solid var(--line); font-size: 1.35rem; margin: 3rem 0 .5rem; padding-top: 1.25rem; }
h3 { font-size: 1.1rem; margin: 2.25rem 0 .25rem; }
h4 { font-size: .95rem; margin: 1.25rem 0 .25rem; }
p, dl, ul { margin: .5rem 0; max-width: 44rem; }
a { color: var(--link); }
a:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
code, pre { font: .9em/1.5 ui-monospace, monospace; overflow-wrap: anywhere; }
pre { background: var(--raised); border-radius: .4rem; margin: .5rem 0; padding: .6rem .8rem; white-space: pre-wrap; }
.quiet, .facts { color: var(--quiet); }
.facts { font-size: .9em; }
.method { border: 1px solid var(--line); border-radius: .3rem; font-size: .8em; margin-right: .5em; padding: .1em .4em; }
nav ul { columns: 17rem; list-style: none; padding: 0; }
nav li { break-inside: avoid; padding: .15rem 0; }
nav code { display: inline-block; }
dl { display: grid; gap: .4rem 1.25rem; grid-template-columns: minmax(9rem, max-content) 1fr; }
dt, dd { margin: 0; min-width: 0; }
dt { font-weight: 600; overflow-wrap: anywhere; }
@media (max-width: 36rem) {
  dl { display: block; }
  dd { margin: 0 0 .6rem; }
}
`;
