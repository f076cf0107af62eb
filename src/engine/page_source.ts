/**
 * The source, page by page: its answers are counted, and records that it has but does not show are reported
 * as gaps. I/O through the source alone.
 */
import type { PageSize } from "./page_size.ts";
import type { Listed, Page, Ports, Range, TooLarge } from "./ports.ts";
import type { Gap, Progress } from "./progress.ts";
import type { SolidPage } from "./solid_page.ts";

/** How many records the source says it has beyond an offset; 0 if it only says how many it shows. */
export function hiddenBehind({ records, total = 0 }: Page, offset: number): number {
  return total > records.length ? Math.max(0, total - offset) : 0;
}

export class PageSource<R extends Listed> {
  /** What was answered last in this run. */
  #answeredLast: Range | null = null;
  /** Why the last probe that failed did. */
  lastFailure: unknown;

  constructor(
    private readonly ports: Pick<Ports<R>, "source" | "clock">,
    private readonly progress: Progress,
    private readonly size: PageSize,
  ) {}

  /** Epoch milliseconds. */
  get nowMs(): number {
    return this.ports.clock();
  }

  async ask(range: Range): Promise<Page<R>> {
    const page = await this.ports.source.read(range);
    this.count(range, page);
    return page;
  }

  /** Counts a page that was answered. */
  count(range: Range, page: Page<R>): void {
    this.#answeredLast = range;
    this.progress.pages++;
    this.progress.recordsRead += page.records.length;
    this.progress.readAtMs = page.readAtMs;
  }

  /** A page, or null if the source can't show it. */
  async probe(range: Range): Promise<Page<R> | null> {
    try {
      return await this.ask({ ...range, probing: true });
    } catch (error) {
      if (!this.ports.source.isPageFailure(error)) throw error;
      this.lastFailure = error;
      return null;
    }
  }

  /** What was read of a page that failed because it is too large; null if it failed for another reason. */
  tooLarge(error: unknown): TooLarge | null {
    return this.ports.source.tooLarge?.(error) ?? null;
  }

  /** Does the source still answer what it answered last? */
  async answersAgain(): Promise<boolean> {
    const answered = this.#answeredLast;
    return answered !== null && await this.probe(answered) !== null;
  }

  /**
   * Nothing is shown after a page. `hidden`: how many records the source says it nevertheless has there. It
   * may count something else, so this does not decide where reading continues.
   */
  ended(end: Omit<SolidPage<R>, "last">, hidden: number): SolidPage<R> {
    const isDeep = end.offset + end.records.length >= this.size.full;
    if (hidden <= 0 || !isDeep) return { ...end, last: true };
    return { ...end, last: true, saysMore: true, hidden };
  }

  /** The source answers no offset beyond a page. `hidden`: how many records it has there, if it says so. */
  cutOff(end: Omit<SolidPage<R>, "last">, hidden: number | null = null): SolidPage<R> {
    return { ...end, last: true, isCut: true, hidden };
  }

  /** Reports the records of an answer that it does not show. */
  tellUnreadable({ day, offset }: Range, records: readonly R[]): void {
    let afterMs: number | null = null;
    for (const [index, { timeMs, unreadable }] of records.entries()) {
      if (unreadable) this.tellPassedOver({ day, offset: offset + index, records: 1, afterMs });
      afterMs = timeMs ?? afterMs;
    }
  }

  /** Reports records that can't be shown. */
  tellPassedOver(where: Pick<Gap, "day" | "offset" | "records" | "afterMs" | "tooLarge">): void {
    this.progress.gaps.push({
      ...where,
      why: "unreadable",
      beforeMs: null,
      foundAtMs: this.nowMs,
    });
  }

  /** The same for a row of them, each with the failure of its own page. */
  tellRow(where: Pick<Gap, "day" | "offset" | "afterMs">, failures: readonly unknown[]): void {
    const { offset } = where;
    const large = failures.map((error) => this.tooLarge(error));
    if (large.every((one) => one === null)) {
      return this.tellPassedOver({ ...where, records: failures.length });
    }
    for (const [index, tooLarge] of large.entries()) {
      const place = { ...where, offset: offset + index, records: 1 };
      this.tellPassedOver(tooLarge === null ? place : { ...place, tooLarge });
    }
  }
}
