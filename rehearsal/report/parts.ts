import { minute, type Tone } from './format';
import { html, type Markup } from './markup';

/** A part of the page with a heading. */
export function section(title: string, content: Markup): Markup {
  return html`<section>
    <h2>${title}</h2>
    ${content}
  </section>`;
}

/** A word with a dot in its tone. */
export function badge(text: string, tone: Tone): Markup {
  return html`<span class="badge ${tone}">${text}</span>`;
}

/**
 * A table.
 *
 * @param styles of columns, from 0: `figure` stands right, `whole` is never broken
 */
export function table(
  heads: readonly string[],
  rows: readonly (readonly (string | Markup)[])[],
  styles: Readonly<Record<number, 'figure' | 'whole'>> = {},
): Markup {
  const style = (column: number) => styles[column] ?? '';
  return html`<div class="scroll">
    <table>
      <thead>
        <tr>
          ${heads.map((head, column) => html`<th class="${style(column)}">${head}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) =>
            html`<tr>
              ${row.map((cell, column) => html`<td class="${style(column)}">${cell}</td>`)}
            </tr> `,
        )}
      </tbody>
    </table>
  </div>`;
}

/** A moment, to the minute. */
export function time(iso: string): Markup {
  return html`<span class="time">${minute(iso)}</span>`;
}

/** What is said where there is nothing to show. */
export function nothing(text: string): Markup {
  return html`<p class="soft">${text}</p>`;
}

/** Below a list or a chart that does not show all; nothing where it does. */
export function remark(text: string): Markup | readonly Markup[] {
  return text === '' ? [] : nothing(text);
}
