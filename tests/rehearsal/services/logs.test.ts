import { logs } from '../../../rehearsal/services/logs';
import { createBench, deployed } from './support';

const stream = { logGroupName: '/evergreen/claim', logStreamName: '2026/02/01/[$LATEST]1' };
const resources = [deployed('aws:cloudwatch/logGroup:LogGroup', { name: stream.logGroupName })];
const event = (size: number) => ({ timestamp: 0, message: 'm'.repeat(size) });

test('a function writes to a stream that it made in a group that is deployed', () => {
  const bench = createBench(logs, {}, { resources });
  const write = { ...stream, logEvents: [event(5)] };
  expect(bench.refusal('PutLogEvents', write)).toMatch(/log stream does not exist/);
  bench.call('CreateLogStream', stream);
  bench.call('PutLogEvents', write);
  expect(bench.refusal('CreateLogStream', stream)).toMatch(/^ResourceAlreadyExistsException/);
  const elsewhere = { ...write, logGroupName: 'constructor' };
  expect(bench.refusal('CreateLogStream', elsewhere)).toMatch(/log group does not exist/);
  expect(bench.refusal('PutLogEvents', elsewhere)).toMatch(/log group does not exist/);
  expect(bench.refusal('CreateLogStream', { ...stream, logStreamName: 'a:b' })).toMatch(
    /^InvalidParameterException/,
  );
});

test('a batch has at most 10,000 events and 1 MiB, with 26 bytes for each event', () => {
  const bench = createBench(logs, {}, { resources });
  bench.call('CreateLogStream', stream);
  const put = (logEvents: readonly unknown[]) => ({ ...stream, logEvents });
  bench.call('PutLogEvents', put([event(1_048_576 - 26)]));
  bench.call('PutLogEvents', put(Array(10_000).fill(event(1))));
  for (const refused of [[], [event(1_048_576 - 25)], Array(10_001).fill(event(1))]) {
    expect(bench.refusal('PutLogEvents', put(refused))).toMatch(/^InvalidParameterException/);
  }
});

test('both calls need the permission on the stream', () => {
  const bench = createBench(logs, {}, { resources });
  const resource =
    'arn:aws:logs:eu-west-1:111122223333:log-group:/evergreen/claim:log-stream:2026/02/01/[$LATEST]1';
  for (const operation of ['CreateLogStream', 'PutLogEvents']) {
    expect(bench.access(operation, stream)).toEqual([{ action: `logs:${operation}`, resource }]);
  }
});
