/**
 * A shape for each state, so that states differ by more than colour. Decoration: the words are next to it.
 */
import type { State } from "../../collector/health/verdict.ts";

export const TONES: Readonly<Record<State, string>> = {
  healthy: "ok",
  incomplete: "warn",
  behind: "warn",
  failing: "bad",
  disabled: "calm",
  waiting: "calm",
};

/** `size` in pixels. */
export function Shape({ state, size }: { state: State; size: number }) {
  return (
    <svg
      class={`shape ${TONES[state]}`}
      width={size}
      height={size}
      viewBox="0 0 64 64"
      aria-hidden="true"
    >
      {outline(state)}
      {glyph(state)}
    </svg>
  );
}

function outline(state: State) {
  switch (state) {
    case "failing":
      return <path d="M20 2h24l18 18v24L44 62H20L2 44V20z" />;
    case "behind":
      return (
        <path d="M32 3c2 0 3.6 1 4.6 2.8l25 46c2 3.6-.4 8.2-4.6 8.2H7c-4.2 0-6.6-4.6-4.6-8.2l25-46C28.4 4 30 3 32 3z" />
      );
    case "incomplete":
      return <path d="M32 2l30 30-30 30L2 32z" />;
    case "waiting":
      return <rect x="3" y="3" width="58" height="58" rx="14" />;
    default:
      return <circle cx="32" cy="32" r="30" />;
  }
}

function glyph(state: State) {
  switch (state) {
    case "healthy":
      return <path class="glyph" d="M19 33l9.5 9.5L46 24" />;
    case "incomplete":
      return <path class="glyph" d="M21 32h22" />;
    case "behind":
      return <path class="glyph" d="M32 24v15M32 49v.1" />;
    case "failing":
      return <path class="glyph" d="M22.5 22.5l19 19M41.5 22.5l-19 19" />;
    case "disabled":
      return <path class="glyph" d="M25 22v20M39 22v20" />;
    case "waiting":
      return (
        <>
          <circle class="dot" cx="18" cy="32" r="4" />
          <circle class="dot" cx="32" cy="32" r="4" />
          <circle class="dot" cx="46" cy="32" r="4" />
        </>
      );
  }
}

/** The icon in the browser's tab. */
export const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64">
<circle cx="32" cy="32" r="30" fill="#1d4fb8"/>
<path d="M19 33l9.5 9.5L46 24" fill="none" stroke="#fff" stroke-width="6" stroke-linecap="round"
stroke-linejoin="round"/></svg>`;
