import type { Json } from '../services/service';

/** So many different values are known at a time, which is a few megabytes. */
const KNOWN = 4096;

/**
 * Copies for a trace in which what repeats takes no room: whoever polls asks the same a hundred times over and is told
 * the same.
 */
export class SharedValues {
  private readonly known = new Map<string, Json>();

  /**
   * A copy of the value as it is now, or an earlier copy of an equal one: nobody may change it.
   *
   * @param kind what the value is, such as the input of one operation: values of a kind that are the same as JSON
   *   are the same
   */
  keep(kind: string, value: Json): Json {
    const key = `${kind} ${JSON.stringify(value)}`;
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const copy = structuredClone(value);
    // The oldest goes, however often it was met: what is met often is soon known again.
    if (this.known.size >= KNOWN) this.known.delete(this.known.keys().next().value ?? '');
    this.known.set(key, copy);
    return copy;
  }
}
