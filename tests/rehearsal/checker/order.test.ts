import { createStory, goodStory, image, sees } from './story';

const ARN = 'arn:aws:appstream:eu-west-1:111122223333:image';

describe('invariant 6', () => {
  const update = (from: string, to: string) => ({ existingImageName: from, newImageName: to });

  test('breaks when a run that reports nothing done changed the estate', () => {
    const story = goodStory();
    const execution = story.run('mar', {
      output: { items: [{ id: 'web', outcome: 'skipped' }] },
    });
    story.call('sns:Publish', {}, { execution });
    story.call('appstream:CreateUpdatedImage', { dryRun: true }, { execution });
    expect(story.verdict(6)).toMatchObject({
      held: true,
      detail: expect.stringMatching(/^1 run of 2 with nothing to do/),
    });
    story.call('appstream:TagResource', {}, { execution });
    story.call('appstream:TagResource', {}, { execution });
    expect(story.verdict(6).detail).toMatch(
      /broken: run updates\.mar reports nothing done, but called appstream:TagResource$/,
    );
  });

  test('holds when a run that changed the estate left some items alone', () => {
    const story = createStory();
    const outcomes = ['skipped', 'updated'].map((outcome) => ({ id: outcome, outcome }));
    const execution = story.run('feb', { output: { items: outcomes } });
    story.call('appstream:TagResource', {}, { execution });
    expect(story.verdict(6).held).toBe(true);
  });

  test('breaks when an old successor gets a second one beside it', () => {
    const Tags = { 'evergreen:source': 'a' };
    const story = createStory({ appstream: { images: [image('a-2', { Tags })] } });
    story.after.appstream.images.push(image('a-3', { Tags }));
    expect(story.verdict(6).held).toBe(false);
  });

  test('breaks when a planning run changed the estate', () => {
    const story = createStory();
    const output = { items: [{ id: 'web', outcome: 'planned' }] };
    const execution = story.run('plan', { output });
    story.call('appstream:TagResource', {}, { execution });
    expect(story.verdict(6).held).toBe(false);
  });

  test('holds when a source is updated again after the first update was seen to fail', () => {
    const story = goodStory();
    story.call('appstream:DescribeImages', {}, sees('db-2', 'FAILED'));
    story.call('appstream:CreateUpdatedImage', update('db', 'db-3'));
    story.after.appstream.images.push(image('db-3'));
    expect(story.verdict(6)).toMatchObject({
      held: true,
      detail:
        '0 runs of 1 with nothing to do, 2 sources updated by 3 calls, 0 groups moved by 0 calls',
    });
  });

  test('breaks when a source is updated again before the first update was seen to fail', () => {
    const story = goodStory();
    story.call('appstream:CreateUpdatedImage', update('db', 'db-3'));
    story.call('appstream:DescribeImages', {}, sees('db-2', 'FAILED'));
    expect(story.verdict(6).detail).toMatch(
      /broken: db was updated to db-3 at \S+, before its update to db-2 was seen to fail$/,
    );
  });

  test.each(['AVAILABLE', 'CREATING'])(
    'breaks when a source ends with a second successor that is %s',
    (State) => {
      const story = goodStory();
      const Tags = { 'evergreen:source': 'web' };
      story.after.appstream.images.push(image('web-9', { State, Tags }));
      expect(story.verdict(6).detail).toMatch(/broken: web ends with 2 successors: web-2, web-9$/);
    },
  );

  test('holds when the second successor failed, or when both were there from the start', () => {
    const failed = goodStory();
    const Tags = { 'evergreen:source': 'web' };
    failed.after.appstream.images.push(image('web-9', { State: 'FAILED', Tags }));
    expect(failed.verdict(6).held).toBe(true);
    const images = ['a-2', 'a-3'].map((name) => image(name, { Tags: { 'evergreen:source': 'a' } }));
    expect(createStory({ appstream: { images } }).verdict(6).held).toBe(true);
  });
});

describe('invariant 7', () => {
  const images = [
    image('web', { CreatedTime: '2026-01-01T00:00:00Z', Tags: { NextVersion: 'web-3' } }),
    image('web-0', { CreatedTime: '2025-06-01T00:00:00Z' }),
    image('web-2', { CreatedTime: '2026-01-02T00:00:00Z' }),
    image('web-3', { CreatedTime: new Date('2026-01-03T00:00:00Z') }),
    image('web-4', { CreatedTime: Date.parse('2026-01-04T00:00:00Z') / 1000 }),
    image('db', { CreatedTime: '2026-01-01T00:00:00Z' }),
  ];
  const point = (source: string, ...targets: string[]) => {
    const story = createStory({ appstream: { images } });
    for (const NextVersion of targets) {
      story.call('appstream:TagResource', {
        ResourceArn: `${ARN}/${source}`,
        Tags: { NextVersion },
      });
    }
    return story.verdict(7);
  };

  test('holds when a pointer moves forward or stays', () => {
    expect(point('web', 'web-3', 'web-4', 'web-4')).toMatchObject({
      held: true,
      detail: '3 pointers to a newer version written',
    });
  });

  test.each([
    [['web-2'], 'NextVersion of web went back from web-3 to the older web-2 at '],
    [['web-4', 'web-3'], 'NextVersion of web went back from web-4 to the older web-3 at '],
    [['web-9'], 'NextVersion of web was set to web-9 at '],
  ])('breaks when the pointer of web goes to %j', (targets, problem) => {
    expect(point('web', ...targets)).toMatchObject({
      held: false,
      detail: expect.stringContaining(`broken: ${problem}`),
    });
  });

  test('breaks when the first pointer names something older than its origin', () => {
    expect(point('db', 'web-2').held).toBe(true);
    expect(point('db', 'web-0').detail).toMatch(/which is older than db itself$/);
  });

  test('holds when AWS refused to go back', () => {
    const story = createStory({ appstream: { images } });
    const input = { ResourceArn: `${ARN}/web`, Tags: { NextVersion: 'web-2' } };
    story.call('appstream:TagResource', input, { error: { code: 'X', message: '' } });
    expect(story.verdict(7)).toMatchObject({ held: true, detail: expect.stringMatching(/^0 /) });
  });

  test('knows the age of an image that only an accepted update mentions', () => {
    const story = createStory({ appstream: { images } });
    story.call('appstream:CreateUpdatedImage', {
      existingImageName: 'web-3',
      newImageName: 'web-5',
    });
    story.call('appstream:TagResource', {
      ResourceArn: `${ARN}/web-3`,
      Tags: { NextVersion: 'web-5' },
    });
    expect(story.verdict(7).held).toBe(true);
  });

  test.each(['ssm:PutParameter', 'ssm:LabelParameterVersion', 'ec2:ModifyLaunchTemplate'])(
    'breaks when %s moves a pointer that no rule orders',
    (name) => {
      const story = createStory();
      story.call(name, {});
      expect(story.verdict(7).detail).toContain(
        `broken: ${name} at 2026-02-01T12:00:00.000Z: no rule`,
      );
    },
  );
});

describe('invariant 9', () => {
  test.each<[string, object, string]>([
    ['a full history', { historyEvents: 25_000 }, 'run updates.x has 25000 history events'],
    [
      'more than a year',
      { startedAt: '2025-01-01T00:00:00.000Z', endedAt: '2026-01-02T00:00:00.000Z' },
      'run updates.x lasted 366 days',
    ],
    [
      'more than 256 KiB of output',
      { output: { text: 'ä'.repeat(131_072) } },
      'the output of run updates.x has 262155 bytes',
    ],
    [
      'more than 256 KiB of input',
      { input: { text: 'a'.repeat(262_144) } },
      'the input of run updates.x has 262155 bytes',
    ],
  ])('breaks for a run with %s', (_, change, problem) => {
    const story = createStory();
    story.run('x', change);
    expect(story.verdict(9)).toMatchObject({
      held: false,
      detail: expect.stringContaining(`broken: ${problem}`),
    });
  });

  test('holds for a run at the limits', () => {
    const story = createStory();
    story.run('x', {
      historyEvents: 24_999,
      startedAt: '2025-01-01T00:00:00.000Z',
      endedAt: '2026-01-01T00:00:00.000Z',
      output: 'a'.repeat(262_142),
    });
    expect(story.verdict(9).held).toBe(true);
  });

  test('breaks for a run that goes on for more than a year', () => {
    const story = createStory();
    story.run('x', { startedAt: '2025-01-31T00:00:00.000Z', status: 'RUNNING' });
    delete story.executions[0]!.endedAt;
    expect(story.verdict(9).held).toBe(true);
    story.call('sns:ListTopics', {}, { at: '2025-02-01T00:00:00.000Z' });
    story.call('sns:ListTopics', {});
    expect(story.verdict(9).detail).toContain('run updates.x lasted 366 days');
  });

  test('breaks for a payload that a state machine hands to a service, not for one of a function', () => {
    const story = createStory();
    story.call('lambda:Invoke', { text: 'a'.repeat(262_144) });
    expect(story.verdict(9).held).toBe(true);
    story.call('lambda:Invoke', { text: 'a'.repeat(262_144) }, { caller: 'state:updates/Survey' });
    expect(story.verdict(9).detail).toContain(
      'broken: the input of lambda:Invoke by state:updates/Survey has 262155 bytes',
    );
  });

  test('breaks when more updates ran at once than the quota allows', () => {
    const story = goodStory();
    expect(story.verdict(9, { concurrentImageUpdates: 2 }).held).toBe(true);
    expect(story.verdict(9, { concurrentImageUpdates: 1 })).toMatchObject({
      held: false,
      detail: expect.stringContaining(
        '2 image updates ran at 2026-02-01T12:02:00.000Z, 1 are allowed',
      ),
    });
  });

  test('takes the quota from the estate, and counts what was in flight at the start and at the end', () => {
    const story = createStory({
      quotas: { 'appstream2:L-9B6418E0': 1 },
      appstream: { images: [image('old', { State: 'CREATING' })] },
    });
    expect(story.verdict(9).held).toBe(true);
    story.call('appstream:CreateUpdatedImage', { existingImageName: 'a', newImageName: 'b' });
    story.after.appstream.images.push(image('b', { State: 'PENDING' }));
    expect(story.verdict(9).detail).toContain('2 of 1 image update seen at a time');
    story.after.appstream.images[0].State = 'AVAILABLE';
    expect(story.verdict(9).held).toBe(true);
  });

  test('blames nobody for what was in flight at the start beyond a quota that has shrunk since', () => {
    const images = [image('one', { State: 'CREATING' }), image('two', { State: 'CREATING' })];
    const story = createStory({ quotas: { 'appstream2:L-9B6418E0': 1 }, appstream: { images } });
    expect(story.verdict(9).held).toBe(true);
    story.call('appstream:CreateUpdatedImage', { existingImageName: 'a', newImageName: 'b' });
    expect(story.verdict(9).detail).toMatch(/broken: 3 image updates ran at \S+, 1 are allowed/);
  });

  test('does not count an update any more once nobody saw it in flight', () => {
    const story = createStory({ quotas: { 'appstream2:L-9B6418E0': 1 } });
    story.call('appstream:CreateUpdatedImage', { existingImageName: 'a', newImageName: 'a-2' });
    story.call('appstream:DescribeImages', {}, sees('a-2', 'AVAILABLE'));
    story.call('appstream:CreateUpdatedImage', { existingImageName: 'b', newImageName: 'b-2' });
    expect(story.verdict(9).held).toBe(true);
    story.call('appstream:DescribeImages', {}, sees('a-2', 'CREATING'));
    expect(story.verdict(9).held).toBe(false);
  });
});
