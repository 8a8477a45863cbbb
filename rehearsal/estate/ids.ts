import { createHash } from 'node:crypto';

/** Hexadecimal digits that follow from what they stand for: the same in every rehearsal. */
export function hexOf(length: number, ...of: readonly (string | number)[]): string {
  return createHash('sha256').update(of.join('\n')).digest('hex').slice(0, length);
}

/** A UUID that follows from what it stands for. */
export function uuidOf(...of: readonly (string | number)[]): string {
  const hex = hexOf(32, ...of);
  const parts = [0, 8, 12, 16, 20].map((from, part, all) => hex.slice(from, all[part + 1]));
  return parts.join('-');
}
