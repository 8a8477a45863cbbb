import * as fs from 'node:fs';
import * as os from 'node:os';
import { estateOf } from '../../bench/estate';
import { measure } from '../../bench/measure';
import type { SimulationOutcome } from '../../rehearsal/engine/simulation';
import { sampleResult } from '../rehearsal/report/sample';

test('what repeats in a trace counts once only where it is the same object', () => {
  const shared = { names: ['web'] };
  const call = (caller: string, output: unknown) => ({
    service: 'appstream',
    caller,
    input: shared,
    output,
  });
  const line = { id: 'web', outcome: 'updated', startedAt: '', endedAt: '', reason: '' };
  const outcome = {
    trace: {
      calls: [call('state:a/b', { x: 1 }), call('function:c', { x: 1 }), call('user', undefined)],
      executions: [
        { id: 'arn:a', transitions: 40_000, historyEvents: 9, output: { items: [line] } },
        { id: 'arn:b', transitions: 40_000, historyEvents: 3, output: { items: [] } },
      ],
      events: [],
      metrics: [],
    },
    engine: { invocations: 7, gigabyteSeconds: 0, functionLogBytes: 0, workflowLogBytes: 0 },
    usage: [],
  } as unknown as SimulationOutcome;
  const measures = measure(outcome, sampleResult(), 2);
  expect(measures).toMatchObject({
    'updated images': 1,
    calls: 3,
    'calls per virtual day': 1.5,
    'calls per updated image': 3,
    'calls of functions per updated image': 1,
    'invocations per updated image': 7,
    'transitions per updated image': 80_000,
    'longest history of a run, events': 9,
    // {"names":["web"]} three times, {"x":1} twice.
    'bytes of trace per call': (3 * 17 + 2 * 7) / 3,
    'bytes of trace per call, what repeats counted once': (17 + 2 * 7) / 3,
    'control plane per updated image, dollars': 2.000001,
  });
  expect(measures['bytes of result per call']).toBeGreaterThan(1_000);
});

test('an account has so many images, and leaves nothing in the folder of temporary files', () => {
  const left = () => fs.readdirSync(os.tmpdir()).filter((name) => name.startsWith('bench-'));
  const before = left();
  const { appstream, quotas } = estateOf(3);
  expect(appstream.images).toHaveLength(3);
  expect(quotas['appstream2:L-E1182CCA']).toBe(9);
  expect(left()).toEqual(before);
});
