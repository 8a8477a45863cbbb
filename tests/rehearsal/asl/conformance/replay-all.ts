import { loadCases } from './cases';
import { differences } from './compare';
import { replay } from './replay';

/** A recorded execution after its replay. */
export interface Replayed {
  readonly group: string;
  /** What differs from AWS; empty where nothing does. */
  readonly problems: readonly string[];
}

/** Replays every recorded execution; by the id of the case. */
export function replayAll(): ReadonlyMap<string, Replayed> {
  return new Map(
    loadCases().map((recorded) => {
      const { execution, problems } = replay(recorded);
      return [
        recorded.id,
        { group: recorded.group, problems: [...problems, ...differences(recorded, execution)] },
      ];
    }),
  );
}
