import { embeddedMetrics } from '../../../rehearsal/services/embedded-metrics';
import type { Json } from '../../../rehearsal/services/service';

const at = Date.parse('2026-02-01T12:00:00Z');

function line({ directive = {}, ...members }: Json = {}): string {
  return JSON.stringify({
    _aws: {
      Timestamp: at,
      CloudWatchMetrics: [
        {
          Namespace: 'Own',
          Dimensions: [['Workflow'], ['Workflow', 'Mode'], []],
          Metrics: [{ Name: 'Failed', Unit: 'Count' }],
          ...directive,
        },
      ],
    },
    Workflow: 'updates',
    Mode: 'plan',
    Failed: 2,
    ...members,
  });
}

test('each set of dimensions is a metric, and each value a data point, at the time that the line says', () => {
  const metric = { namespace: 'Own', name: 'Failed', at: '2026-02-01T12:00:00.000Z' };
  const sets = [{ Workflow: 'updates' }, { Workflow: 'updates', Mode: 'plan' }, {}];
  expect(embeddedMetrics(line({ Failed: [2, 3] }))).toEqual(
    sets.flatMap((dimensions) => [2, 3].map((value) => ({ ...metric, dimensions, value }))),
  );
});

test.each([
  'plain text',
  '{"message": "no metric"}',
  '{"CloudWatchMetrics": "named only"}',
  '{ "CloudWatchMetrics" not JSON',
  `INFO ${line()}`,
])('a line like %j has none', (text) => {
  expect(embeddedMetrics(text)).toEqual([]);
});

test.each([
  [{ Workflow: undefined }, 'lacks Workflow'],
  [{ Workflow: 7 }, 'lacks Workflow'],
  [{ Failed: undefined }, 'has no number Failed'],
  [{ Failed: '2' }, 'has no number Failed'],
  [{ directive: { Namespace: undefined } }, 'has no Namespace'],
  [
    { directive: { Metrics: [{ Name: 'Failed', StorageResolution: 1 }] } },
    'has a StorageResolution that is not emulated',
  ],
  [{ _aws: { CloudWatchMetrics: [] } }, 'has no Timestamp'],
])('a line with %j, of which AWS would make nothing, is refused', (change, problem) => {
  expect(() => embeddedMetrics(line(change))).toThrow(
    `A log line in embedded metric format ${problem}: {`,
  );
});
