import { plain } from './format';

/** Text that is HTML already. Only `html` makes it, so all that a page shows was escaped on its way in. */
export interface Markup {
  readonly markup: string;
}

type Value = string | number | Markup | readonly Value[];

/**
 * Builds HTML from a template: whatever is put in is escaped, unless it is markup itself; lists are put together.
 * Attribute values must stand in double quotes.
 */
export function html(parts: TemplateStringsArray, ...values: readonly Value[]): Markup {
  const markup = parts.map((part, index) =>
    index < values.length ? part + render(values[index]!) : part,
  );
  return { markup: markup.join('') };
}

function render(value: Value): string {
  if (typeof value === 'string') {
    return escape(value);
  }
  if (typeof value === 'number') {
    return String(value);
  }
  return isList(value) ? value.map(render).join('') : value.markup;
}

function isList(value: Markup | readonly Value[]): value is readonly Value[] {
  return Array.isArray(value);
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escape(text: string): string {
  return plain(text).replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}
