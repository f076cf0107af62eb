/** The drawing of an event's path: SVG, for light and dark pages. Pure. */

const WIDTH = 880;
const BOX = { width: 190, height: 46 };
const ROW = 54;

interface Box {
  readonly x: number;
  readonly y: number;
  readonly title: string;
  readonly words: string;
}

/** `destinations`: what people call each of them, in their order. */
export function wayOfAnEvent(destinations: readonly string[]): string {
  const height = Math.max(4, destinations.length) * ROW + 50;
  const middle = height / 2 - BOX.height / 2;
  const source = { x: 20, y: middle, title: "LivePerson", words: "audit trail" };
  const collector = {
    x: 335,
    y: middle,
    title: "Collector",
    words: "finds new events, batches them",
  };
  const stored = { x: 335, y: middle + 96, title: "Cursor", words: "moves after each batch" };
  const cron = { x: 335, y: middle - 96, title: "Cron", words: "every five minutes" };
  const top = (height - destinations.length * ROW) / 2;
  const ends = destinations.map((title, i) => ({
    ...{ x: 670, y: top + i * ROW, title, words: "acknowledges what it accepts" },
  }));
  const boxes = [source, cron, collector, stored, ...ends];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="LivePerson's audit trail is read by the collector every five minutes, and pushed to each destination; the cursor moves once a batch is acknowledged.">
<style>
  rect { fill: #fff; stroke: #57606a; rx: 6 }
  text { font: 14px system-ui, sans-serif; fill: #1f2328; text-anchor: middle }
  .words { font-size: 11px; fill: #57606a }
  path { fill: none; stroke: #0969da; stroke-width: 1.5; marker-end: url(#end) }
  marker path { fill: #0969da; stroke: none }
  @media (prefers-color-scheme: dark) {
    rect { fill: #161b22; stroke: #8b949e }
    text { fill: #e6edf3 }
    .words { fill: #9da7b3 }
    path { stroke: #58a6ff }
    marker path { fill: #58a6ff }
  }
</style>
<defs><marker id="end" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0 8 4 0 8z"/></marker></defs>
${arrow(source, collector)}
${arrow(cron, collector)}
${arrow(collector, stored)}
${ends.map((end) => arrow(collector, end)).join("\n")}
${boxes.map(draw).join("\n")}
</svg>
`;
}

function draw({ x, y, title, words }: Box): string {
  const middle = x + BOX.width / 2;
  return `<rect x="${x}" y="${y}" width="${BOX.width}" height="${BOX.height}"/>` +
    `<text x="${middle}" y="${y + 19}">${title}</text>` +
    `<text class="words" x="${middle}" y="${y + 36}">${words}</text>`;
}

/** From the side of one box to that of another. */
function arrow(from: Box, to: Box): string {
  if (from.x === to.x) {
    const x = from.x + BOX.width / 2;
    return `<path d="M${x} ${from.y + BOX.height} V${to.y}"/>`;
  }
  const [x1, y1] = [from.x + BOX.width, from.y + BOX.height / 2];
  const [x2, y2] = [to.x, to.y + BOX.height / 2];
  const half = (x1 + x2) / 2;
  return `<path d="M${x1} ${y1} C${half} ${y1} ${half} ${y2} ${x2} ${y2}"/>`;
}
