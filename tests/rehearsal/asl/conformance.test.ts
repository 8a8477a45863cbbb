import { casesArePresent } from './conformance/cases';
import { replayAll, type Replayed } from './conformance/replay-all';
import * as exclusions from './conformance-exclusions.json';

const known: Readonly<Record<string, string>> = exclusions;
const reasonToSkip =
  '(the recordings are not there: ../shared/asl-conformance, beside the repository)';

if (casesArePresent()) {
  describe('executions that AWS recorded', () => {
    let results: ReadonlyMap<string, Replayed>;

    beforeAll(() => {
      results = replayAll();
    });

    afterAll(() => {
      const passed = [...results.values()].filter(({ problems }) => problems.length === 0).length;
      process.stdout.write(`${passed} of ${results.size}\n`);
    });

    it('end here as they did at AWS, by the same calls and the same events', () => {
      const failures = [...results].filter(
        ([id, { problems }]) => problems.length > 0 && !(id in known),
      );
      expect(Object.fromEntries(failures)).toEqual({});
    });

    it('are excluded only where they still differ', () => {
      const unknown = Object.keys(known).filter((id) => id !== 'default' && !results.has(id));
      const passing = Object.keys(known).filter((id) => results.get(id)?.problems.length === 0);
      expect({ unknown, passing }).toEqual({ unknown: [], passing: [] });
    });

    it('are all there', () => {
      expect(results.size).toBe(1083);
    });
  });
} else {
  it.skip(`executions that AWS recorded ${reasonToSkip}`, () => undefined);
  process.stdout.write(`0 of 1083 ${reasonToSkip}\n`);
}
