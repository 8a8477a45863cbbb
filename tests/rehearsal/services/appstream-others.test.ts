import { appstream } from '../../../rehearsal/services/appstream';
import type { Json } from '../../../rehearsal/services/service';
import { createBench, START } from './support';

const own = (Name: string, more: Json = {}): Json => ({
  Name,
  Arn: `arn:aws:appstream:eu-west-1:111122223333:image/${Name}`,
  State: 'AVAILABLE',
  Visibility: 'PRIVATE',
  CreatedTime: '2026-01-01T00:00:00Z',
  ...more,
});

/** An update that somebody starts in the console, some hours after the start. */
const started = (hours: number, image: string, more: Json = {}) => ({
  type: 'appstream.imageUpdateStarted',
  at: new Date(Date.parse(START) + hours * 3_600_000).toISOString(),
  image,
  ...more,
});

function benchOf(names: readonly string[], events: readonly Json[], more: Json = {}) {
  return createBench(appstream, {
    appstream: { images: names.map((name) => own(name)) },
    events,
    durations: { appstream: { listImage: { seconds: 4 }, ...more.durations } },
    quotas: more.quotas ?? {},
    outcomes: more.outcomes ?? [],
  });
}

const imagesOf = (bench: ReturnType<typeof benchOf>) =>
  bench.call('DescribeImages').Images.map(({ Name, State }: Json) => `${Name} ${State}`);
const buildersOf = (bench: ReturnType<typeof benchOf>) =>
  bench.call('DescribeImageBuilders').ImageBuilders.map(({ State }: Json) => State);
const update = (source: string, target = `${source}-2`) => ({
  existingImageName: source,
  newImageName: target,
});

test('what somebody starts makes an image without our tags and a builder, and takes its time', () => {
  const bench = benchOf(['desk'], [started(1, 'desk', { by: 'jo', duration: { hours: [2, 4] } })]);
  bench.pass({ hours: 1, seconds: -1 });
  expect(imagesOf(bench)).toEqual(['desk AVAILABLE']);
  bench.pass({ seconds: 5 });
  expect(imagesOf(bench)).toEqual(['desk AVAILABLE', 'desk-by-jo-202602011300 PENDING']);
  expect(buildersOf(bench)).toEqual(['UPDATING']);
  expect(bench.used).toContain('others');
  bench.pass({ hours: 3, seconds: -5 });
  expect(buildersOf(bench)).toEqual(['PENDING_QUALIFICATION']);
  bench.pass({ seconds: 1 });
  expect(imagesOf(bench)).toEqual(['desk AVAILABLE', 'desk-by-jo-202602011300 AVAILABLE']);
  expect(buildersOf(bench)).toEqual([]);
  const [, made] = bench.estate().appstream.images;
  expect(made).not.toHaveProperty('Tags');
  expect(made.CreatedTime).toBe('2026-02-01T13:00:00.000Z');
  // Not the program's expense, also when it is part of the stored state.
  bench.call('TagResource', { ResourceArn: made.Arn, Tags: { Owner: 'jo' } });
  expect(bench.usage()).toMatchObject([{ quantity: 0 }]);
});

test('takes as long as every update where the event does not say so, and fails as the estate says', () => {
  const outcomes = [
    { service: 'appstream', image: 'desk', on: 'update', attempt: 1, result: 'FAILED' },
  ];
  const bench = benchOf(['desk'], [started(1, 'desk')], { outcomes });
  bench.pass({ hours: 4, minutes: 30 });
  expect(imagesOf(bench)).toEqual(['desk AVAILABLE', 'desk-by-somebody-202602011300 FAILED']);
  // AWS has accepted it: ours is the second attempt.
  bench.call('CreateUpdatedImage', update('desk'));
  bench.pass({ hours: 5 });
  expect(imagesOf(bench)).toContain('desk-2 AVAILABLE');
});

describe('counts against', () => {
  const started2 = [started(1, 'a'), started(1.5, 'b')];

  test.each([
    ['concurrent image updates', { 'appstream2:L-9B6418E0': 2 }],
    ['images', { 'appstream2:L-E1182CCA': 5 }],
    ['image builders', { 'appstream2:L-DE32F884': 2 }],
  ])('the quota of %s, from its start on', (quota, quotas) => {
    const bench = benchOf(['a', 'b', 'c'], started2, { quotas });
    bench.pass({ hours: 1.5 });
    expect(bench.refusal('CreateUpdatedImage', update('c'))).toMatch(
      new RegExp(`^LimitExceededException: The limit of \\d ${quota} is reached`),
    );
    const before = benchOf(['a', 'b', 'c'], started2, { quotas });
    before.pass({ hours: 1.5, seconds: -1 });
    before.call('CreateUpdatedImage', update('c'));
  });

  test('nobody any more when it has ended', () => {
    const quotas = { 'appstream2:L-9B6418E0': 2 };
    const bench = benchOf(['a', 'b', 'c'], started2, { quotas });
    bench.pass({ hours: 4.5 });
    bench.call('CreateUpdatedImage', update('c'));
  });

  test('the image that it updates: not twice while PENDING', () => {
    const bench = benchOf(['a'], [started(1, 'a')]);
    bench.pass({ hours: 1, minutes: 2 });
    expect(bench.refusal('CreateUpdatedImage', update('a'))).toMatch(
      /^ConcurrentModificationException/,
    );
  });
});

describe('is refused, as AWS would,', () => {
  const next = ['a AVAILABLE', 'b AVAILABLE'];

  test('where the quota is used by us', () => {
    const quotas = { 'appstream2:L-9B6418E0': 1 };
    const bench = benchOf(['a', 'b'], [started(1, 'b')], { quotas });
    bench.pass({ minutes: 59 });
    bench.call('CreateUpdatedImage', update('a'));
    bench.pass({ hours: 5 });
    expect(imagesOf(bench)).toEqual([...next, 'a-2 AVAILABLE']);
  });

  test('judged by what was then, however late the next call comes', () => {
    const quotas = { 'appstream2:L-9B6418E0': 1 };
    const bench = benchOf(['a', 'b'], [started(1, 'b'), started(5, 'b')], { quotas });
    bench.call('CreateUpdatedImage', update('a'));
    bench.pass({ hours: 48 });
    expect(imagesOf(bench)).toEqual([
      ...next,
      'a-2 AVAILABLE',
      'b-by-somebody-202602011700 AVAILABLE',
    ]);
  });

  test('where there is no such image, or it is not AVAILABLE', () => {
    const events = [started(1, 'none'), started(2, 'a-2')];
    const bench = benchOf(['a', 'b'], events);
    bench.call('CreateUpdatedImage', update('a'));
    bench.pass({ hours: 5 });
    expect(imagesOf(bench)).toEqual([...next, 'a-2 AVAILABLE']);
  });
});

test('a call that is refused or only reads leaves it to the next; a resumed estate does not repeat it', () => {
  const events = [started(1, 'a'), started(30, 'b')];
  const bench = benchOf(['a', 'b'], events);
  bench.pass({ hours: 2 });
  const look = () => {
    expect(imagesOf(bench)).toContain('a-by-somebody-202602011300 CREATING');
    expect(bench.refusal('CreateUpdatedImage', update('none'))).toMatch(/ResourceNotFound/);
  };
  look();
  look();
  const ARN = 'arn:aws:appstream:eu-west-1:111122223333:image/a-by-somebody-202602011300';
  bench.call('TagResource', { ResourceArn: ARN, Tags: { Owner: 'jo' } });
  expect(bench.estate().appstream.images[2].Tags).toEqual({ Owner: 'jo' });

  const resumed = createBench(appstream, {
    ...bench.estate(),
    events,
    capturedAt: new Date(bench.now).toISOString(),
  });
  resumed.now = bench.now;
  resumed.pass({ hours: 40 });
  expect(imagesOf(resumed)).toEqual([
    'a AVAILABLE',
    'b AVAILABLE',
    'a-by-somebody-202602011300 AVAILABLE',
    'b-by-somebody-202602021800 AVAILABLE',
  ]);
});

test('what somebody started once is not started again when its image has been deleted', () => {
  const bench = benchOf(['a'], [started(1, 'a')]);
  bench.pass({ hours: 5 });
  bench.call('DeleteImage', { Name: 'a-by-somebody-202602011300' });
  expect(imagesOf(bench)).toEqual(['a AVAILABLE']);
});

test('what somebody started before the capture is in the estate, or gone', () => {
  const bench = benchOf(['a'], [started(-1, 'a'), started(0, 'a')]);
  bench.pass({ hours: 1 });
  expect(imagesOf(bench)).toEqual(['a AVAILABLE']);
});

test('events count in the order of their times', () => {
  const quotas = { 'appstream2:L-9B6418E0': 1 };
  const bench = benchOf(['a', 'b'], [started(2, 'b'), started(1, 'a')], { quotas });
  bench.pass({ hours: 24 });
  expect(imagesOf(bench)).toEqual([
    'a AVAILABLE',
    'b AVAILABLE',
    'a-by-somebody-202602011300 AVAILABLE',
  ]);
});

test('a look at what others did draws nothing and leaves the state as it is', () => {
  const scope = {
    account: '111122223333',
    region: 'eu-west-1',
    partition: 'aws',
    estate: {
      appstream: { images: [own('a')] },
      events: [started(1, 'a')],
      capturedAt: START,
    },
    resources: [],
  } as const;
  const state = Object.freeze(appstream.createState(scope));
  const before = JSON.stringify(state);
  const answer = appstream.operations['DescribeImages']?.handle({}, state, {
    now: Date.parse(START) + 7_200_000,
    random: () => {
      throw new Error('a draw');
    },
    scope,
    measure: () => undefined,
    peer: () => {
      throw new Error('a peer');
    },
    caller: 'function:test',
    principal: 'arn:aws:iam::111122223333:role/test',
    uses: () => undefined,
    emit: () => undefined,
  });
  expect(answer.Images).toHaveLength(2);
  expect(JSON.stringify(state)).toBe(before);
});
