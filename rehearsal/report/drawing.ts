import { html, type Markup } from './markup';

/** Width of every picture, in its own units. */
export const WIDTH = 1000;

/** Room on the right of every chart, for figures and legends. */
export const RIGHT = 90;

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A picture of its own width, whatever the width of the page. */
export function picture(
  height: number,
  content: readonly (Markup | readonly Markup[])[],
  title: string,
): Markup {
  return html`<div class="scroll">
    <svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${title}">${content}</svg>
  </div>`;
}

const STEPS = [
  ...[1, 5, 15].map((minutes) => minutes * MINUTE),
  ...[1, 2, 6].map((hours) => hours * HOUR),
  ...[1, 2, 7, 28].map((days) => days * DAY),
];

/** At most eight moments on round times, UTC. */
export function ticks(
  start: number,
  end: number,
): { readonly at: number; readonly text: string }[] {
  const step = STEPS.find((candidate) => (end - start) / candidate <= 8) ?? 56 * DAY;
  const first = Math.ceil(start / step) * step;
  const count = Math.max(0, Math.floor((end - first) / step) + 1);
  return Array.from({ length: Math.min(count, 9) }, (_, index) => {
    const at = first + index * step;
    const iso = new Date(at).toISOString();
    return { at, text: step >= DAY ? iso.slice(5, 10) : iso.slice(11, 16) };
  });
}

/** To a tenth of a unit: nobody sees more. */
export function round(value: number): number {
  return Math.round(value * 10) / 10;
}
