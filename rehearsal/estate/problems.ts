import type { Json } from '../services/service';

/** The list, or an empty one where something else was given: the schema tells of that. */
export function listAt(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value : [];
}

/** Entries of a list that are called what an earlier one is called, one sentence each. */
export function duplicates(
  list: readonly Json[],
  path: string,
  key: string,
  counts: (entry: Json) => boolean = () => true,
): string[] {
  const first = new Map<unknown, number>();
  return list.flatMap((entry, position) => {
    const name: unknown = entry?.[key];
    if (!['string', 'number'].includes(typeof name) || !counts(entry)) return [];
    const other = first.get(name);
    if (other === undefined) first.set(name, position);
    return other === undefined
      ? []
      : [`${path}[${position}].${key} is ${JSON.stringify(name)}, as is ${path}[${other}].${key}`];
  });
}
