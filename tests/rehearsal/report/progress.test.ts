import { createProgress } from '../../../rehearsal/report/progress';
import { NASTY } from './sample';

const SPAN = { from: '2026-02-01T00:00:00.000Z', to: '2026-03-01T00:00:00.000Z' };

function watched(stream: { isTTY?: boolean; columns?: number } = {}) {
  let time = 0;
  const written: string[] = [];
  const write = (text: string) => written.push(text);
  const progress = createProgress({ write, ...stream }, SPAN, () => time);
  return { progress, written, text: () => written.join(''), wait: (ms: number) => (time += ms) };
}

const RUN = {
  at: '2026-02-01T12:00:00.000Z',
  id: 'arn:1',
  workflow: 'updates',
  trigger: 'monthly',
};

describe('progress where no terminal is', () => {
  test('is plain lines of what happens', () => {
    const { progress, text } = watched();
    progress.executionStarted(RUN);
    progress.advanced('2026-02-01T12:10:00.000Z');
    progress.faultInjected({
      at: '2026-02-01T12:30:00.000Z',
      kind: 'throttle',
      call: 'sns:Publish',
    });
    progress.itemEnded({
      at: '2026-02-01T15:00:00.000Z',
      id: 'web',
      outcome: 'updated',
      reason: 'to web-2',
    });
    progress.itemEnded({
      at: '2026-02-01T15:00:00.000Z',
      id: 'db',
      outcome: 'skipped',
      reason: '',
    });
    progress.notified({ at: '2026-02-01T15:01:00.000Z', channel: 'sns', subject: '1 updated' });
    progress.executionEnded({ at: '2026-02-01T15:02:00.000Z', id: 'arn:1', status: 'SUCCEEDED' });
    progress.finish();
    expect(text().split('\n')).toEqual([
      '2026-02-01 12:00  updates starts (monthly)',
      '2026-02-01 12:30  fault throttle at sns:Publish',
      '2026-02-01 15:00  web: updated: to web-2',
      '2026-02-01 15:01  notified by sns: 1 updated',
      '2026-02-01 15:02  updates ends SUCCEEDED after 3 h 2 min',
      '',
    ]);
  });

  test('is silent about runs that end at once and well, not about those that fail', () => {
    const { progress, text } = watched();
    progress.executionStarted(RUN);
    progress.advanced('2026-02-01T12:09:59.000Z');
    progress.executionEnded({ at: '2026-02-01T12:09:59.000Z', id: 'arn:1', status: 'SUCCEEDED' });
    expect(text()).toBe('');
    progress.executionStarted({ ...RUN, id: 'arn:2' });
    progress.executionEnded({ at: '2026-02-01T12:00:30.000Z', id: 'arn:2', status: 'FAILED' });
    expect(text()).toBe(
      '2026-02-01 12:00  updates starts (monthly)\n2026-02-01 12:00  updates ends FAILED after 30 s\n',
    );
  });

  test('gives a sign of life every virtual week', () => {
    const { progress, text, wait } = watched();
    for (let day = 2; day <= 28; day++) {
      wait(1000);
      progress.advanced(`2026-02-${String(day).padStart(2, '0')}T00:00:00.000Z`);
    }
    expect(text().split('\n')).toEqual([
      '2026-02-08 00:00  25 %, nothing running',
      '2026-02-15 00:00  50 %, nothing running',
      '2026-02-22 00:00  75 %, nothing running',
      '',
    ]);
  });

  test('holds no control character whatever texts hold', () => {
    const { progress, text } = watched();
    progress.itemEnded({
      at: RUN.at,
      id: NASTY,
      outcome: 'failed',
      reason: `a\r\n\u001b[2J\u0007${NASTY}`,
    });
    progress.notified({ at: RUN.at, channel: 'sns', subject: NASTY });
    expect(text()).toMatch(/^[^\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]+$/);
    expect(text().match(/\n/g)).toHaveLength(2);
  });
});

describe('progress on a terminal', () => {
  test('keeps one line up to date, above which happens what happens, and clears it at last', () => {
    const { progress, written, wait } = watched({ isTTY: true, columns: 120 });
    progress.advanced('2026-02-08T00:00:00.000Z');
    wait(100);
    progress.executionStarted(RUN);
    progress.notified({ at: '2026-02-08T00:00:00.000Z', channel: 'sns', subject: 'hello' });
    progress.finish();
    progress.finish();
    expect(written).toEqual([
      '2026-02-08 00:00  [=====               ]  25 %  nothing running',
      '\r\u001b[K',
      '2026-02-08 00:00  [=====               ]  25 %  1 running: updates',
      '\r\u001b[K',
      '2026-02-08 00:00  notified by sns: hello\n',
      '2026-02-08 00:00  [=====               ]  25 %  1 running: updates',
      '\r\u001b[K',
    ]);
  });

  test('does not draw more often than one can see', () => {
    const { progress, written, wait } = watched({ isTTY: true });
    progress.advanced('2026-02-02T00:00:00.000Z');
    wait(79);
    progress.advanced('2026-02-03T00:00:00.000Z');
    expect(written).toHaveLength(1);
    wait(1);
    progress.advanced('2026-02-04T00:00:00.000Z');
    expect(written).toHaveLength(3);
  });

  test('never fills the whole width', () => {
    const { progress, text } = watched({ isTTY: true, columns: 40 });
    progress.advanced('2026-02-15T00:00:00.000Z');
    expect(text()).toHaveLength(39);
    expect(text()).toMatch(/\.\.\.$/);
  });
});

test('an execution that ends without a start is an error of the engine, told loudly', () => {
  const { progress } = watched();
  expect(() => progress.executionEnded({ at: RUN.at, id: 'arn:9', status: 'SUCCEEDED' })).toThrow(
    'arn:9 ended, but never started',
  );
});
