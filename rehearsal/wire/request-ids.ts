/**
 * Request ids in the form of AWS's, the same in every run: from the caller's own sequence number where it sends
 * one, since the order in which overlapping requests arrive is chance, else counted.
 */
export class RequestIds {
  private counted = 0;
  private readonly uses = new Map<number, number>();

  /** The id of the next request; a retry with the same sequence number gets another one. */
  next(sequence: number | undefined): string {
    if (sequence === undefined) return format('ffff', 0, this.counted++);
    const use = this.uses.get(sequence) ?? 0;
    this.uses.set(sequence, use + 1);
    return format('0000', use, sequence);
  }
}

function format(kind: string, use: number, number: number): string {
  const hex = (value: number, length: number): string => value.toString(16).padStart(length, '0');
  return `${hex(use, 8)}-${kind}-4000-8000-${hex(number, 12)}`;
}
