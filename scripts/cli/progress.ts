/**
 * Shows the progress of long work on standard error: on a terminal as one line with a bar, which is
 * redrawn; elsewhere as a line for each step.
 */
import type { Colours } from "./colours.ts";
import picocolors from "picocolors";

export interface Progress extends Disposable {
  /** `fraction`: from 0 to 1; null if it isn't known. */
  show(fraction: number | null, text: string): void;
  /** Prints a line that stays. */
  say(line: string): void;
}

const BAR_WIDTH = 24;
const REDRAW_MS = 100;
const SPINNER = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];

/** `silent`: for machines, which only read the result. */
export function openProgress(silent: boolean): Progress {
  if (silent) return { show() {}, say() {}, [Symbol.dispose]() {} };
  return Deno.stderr.isTerminal() ? drawn() : printed();
}

/** `████░░░░  50%` */
export function bar(fraction: number, colours: Colours): string {
  const whole = Math.floor(Math.min(1, Math.max(0, fraction)) * BAR_WIDTH);
  const percent = Math.floor(Math.min(1, Math.max(0, fraction)) * 100);
  return colours.cyan("█".repeat(whole)) + colours.dim("░".repeat(BAR_WIDTH - whole)) +
    ` ${String(percent).padStart(3)}%`;
}

/** The terminal's width; 100 columns if it has none. */
export function terminalWidth(): number {
  try {
    return Deno.consoleSize().columns || 100;
  } catch {
    return 100;
  }
}

function drawn(): Progress {
  const colours = picocolors.createColors(!Deno.noColor);
  const utf8 = new TextEncoder();
  const write = (text: string) => Deno.stderr.writeSync(utf8.encode(text));
  let current: { fraction: number | null; text: string } | undefined;
  let tick = 0;
  const draw = () => {
    if (current === undefined) return;
    const spinner = SPINNER[tick++ % SPINNER.length];
    const before = current.fraction === null ? "" : `${bar(current.fraction, colours)}  `;
    const room = terminalWidth() - 3 - (current.fraction === null ? 0 : BAR_WIDTH + 8);
    write(`\r\x1b[2K${spinner} ${before}${current.text.slice(0, Math.max(0, room))}`);
  };
  const timer = setInterval(draw, REDRAW_MS);
  const clear = () => write("\r\x1b[2K");
  return {
    show(fraction, text) {
      current = { fraction, text };
      draw();
    },
    say(line) {
      clear();
      write(`${line}\n`);
      draw();
    },
    [Symbol.dispose]() {
      clearInterval(timer);
      clear();
    },
  };
}

function printed(): Progress {
  return {
    show(fraction, text) {
      const percent = fraction === null ? "" : `${Math.floor(fraction * 100)}%  `;
      console.error(`${percent}${text}`);
    },
    say: (line) => console.error(line),
    [Symbol.dispose]() {},
  };
}
