import { appstream } from '../../../rehearsal/services/appstream';
import type { Json } from '../../../rehearsal/services/service';
import { createBench, type Bench } from './support';

const ARN = 'arn:aws:appstream:eu-west-1:111122223333:image';
const both = { allowFleet: true, allowImageBuilder: true };
const fleetOnly = { allowFleet: true, allowImageBuilder: false };

function own(Name: string, more: Json = {}): Json {
  return {
    Name,
    Arn: `${ARN}/${Name}`,
    State: 'AVAILABLE',
    Visibility: 'PRIVATE',
    CreatedTime: '2026-01-01T00:00:00Z',
    ...more,
  };
}

const shared = {
  Name: 'baseline',
  Arn: 'arn:aws:appstream:eu-west-1:444455556666:image/baseline',
  State: 'AVAILABLE',
  Visibility: 'SHARED',
};

const accountId = (position: number) => String(500_000_000_000 + position);

function sharedWith(number: number): Json {
  return {
    SharedImagePermissionsList: Array.from({ length: number }, (_, position) => ({
      sharedAccountId: accountId(position),
      imagePermissions: fleetOnly,
    })),
  };
}

function benchOf(images: readonly Json[], more: Json = {}): Bench {
  const { quotas, durations, ...members } = more;
  return createBench(appstream, {
    appstream: { images, ...members },
    ...(quotas && { quotas }),
    ...(durations && { durations }),
  });
}

function accountsOf(bench: Bench, Name: string): string[] {
  const { SharedImagePermissionsList } = bench.call('DescribeImagePermissions', { Name });
  return SharedImagePermissionsList.map(({ sharedAccountId }: Json) => sharedAccountId);
}

describe('permissions of an image', () => {
  const isShared = (bench: Bench) =>
    bench.call('DescribeImages', { Names: ['desk'] }).Images[0].ImageSharedWithOthers;

  test('are given, changed and taken, and the image and the estate say so', () => {
    const bench = benchOf([own('desk')]);
    const give = (SharedAccountId: string, ImagePermissions: Json) =>
      bench.call('UpdateImagePermissions', { Name: 'desk', SharedAccountId, ImagePermissions });
    expect(bench.call('DescribeImagePermissions', { Name: 'desk' })).toEqual({
      Name: 'desk',
      SharedImagePermissionsList: [],
    });

    expect(give('222233334444', both)).toEqual({});
    give('333344445555', both);
    give('222233334444', fleetOnly);
    const list = [
      { sharedAccountId: '333344445555', imagePermissions: both },
      { sharedAccountId: '222233334444', imagePermissions: fleetOnly },
    ];
    expect(
      bench.call('DescribeImagePermissions', { Name: 'desk' }).SharedImagePermissionsList,
    ).toEqual(list);
    expect(bench.estate().appstream.images[0].SharedImagePermissionsList).toEqual(list);
    expect(isShared(bench)).toBe('TRUE');

    for (const SharedAccountId of ['222233334444', '333344445555']) {
      bench.call('DeleteImagePermissions', { Name: 'desk', SharedAccountId });
    }
    expect(isShared(bench)).toBe('FALSE');
    expect(bench.estate().appstream.images[0]).not.toHaveProperty('SharedImagePermissionsList');
  });

  test('are read from the estate, in pages of 25, or as many as asked for, or for some accounts', () => {
    const bench = benchOf([own('desk', sharedWith(60))]);
    expect(isShared(bench)).toBe('TRUE');
    const found: Json[] = [];
    let token: Json = {};
    do {
      const page = bench.call('DescribeImagePermissions', { Name: 'desk', ...token });
      expect(page.SharedImagePermissionsList.length).toBeLessThanOrEqual(25);
      found.push(...page.SharedImagePermissionsList);
      token = page.NextToken && { NextToken: page.NextToken };
    } while (token !== undefined);
    expect(found).toEqual(sharedWith(60).SharedImagePermissionsList);

    const all = { Name: 'desk', MaxResults: 500 };
    expect(bench.call('DescribeImagePermissions', all).SharedImagePermissionsList).toHaveLength(60);
    const some = { Name: 'desk', SharedAwsAccountIds: [accountId(3), accountId(99)] };
    expect(bench.call('DescribeImagePermissions', some).SharedImagePermissionsList).toEqual([
      { sharedAccountId: accountId(3), imagePermissions: fleetOnly },
    ]);
  });

  test.each([
    ['100 accounts by default', {}, 100],
    ['as many as the estate says', { quotas: { 'appstream2:L-99A44980': 2 } }, 2],
  ])('are for %s, and not for one more', (_, more, limit) => {
    const bench = benchOf([own('desk', sharedWith(limit - 1))], more);
    const give = (position: number) => ({
      Name: 'desk',
      SharedAccountId: accountId(position),
      ImagePermissions: both,
    });
    bench.call('UpdateImagePermissions', give(limit));
    expect(bench.refusal('UpdateImagePermissions', give(limit + 1))).toBe(
      `LimitExceededException: The limit of ${limit} accounts for the image desk is reached.`,
    );
    // One that has permissions already is no further account.
    bench.call('UpdateImagePermissions', give(0));
  });

  test('do not go over to an update, which can be shared once it is AVAILABLE', () => {
    const bench = benchOf([own('desk', sharedWith(2))], {
      durations: { appstream: { updateImage: { hours: 2 }, listImage: { seconds: 4 } } },
    });
    bench.call('CreateUpdatedImage', { existingImageName: 'desk', newImageName: 'next' });
    const give = { Name: 'next', SharedAccountId: accountId(0), ImagePermissions: both };
    expect(bench.refusal('UpdateImagePermissions', give)).toMatch(/^ResourceNotFoundException/);
    bench.pass({ seconds: 4 });
    expect(bench.refusal('UpdateImagePermissions', give)).toBe(
      'ResourceNotAvailableException: The image next is PENDING. It must be AVAILABLE.',
    );
    expect(accountsOf(bench, 'next')).toEqual([]);
    bench.pass({ hours: 2 });
    bench.call('UpdateImagePermissions', give);
    expect(accountsOf(bench, 'next')).toEqual([accountId(0)]);
    expect(accountsOf(bench, 'desk')).toEqual([accountId(0), accountId(1)]);
  });

  const change = { SharedAccountId: accountId(0), ImagePermissions: both };

  test.each([
    ['DescribeImagePermissions', { Name: 'none' }, 'ResourceNotFoundException'],
    ['DescribeImagePermissions', { Name: 'baseline' }, 'ResourceNotFoundException'],
    ['DescribeImagePermissions', { Name: 'a b' }, 'ValidationException'],
    ['DescribeImagePermissions', { Name: 'desk', MaxResults: 501 }, 'ValidationException'],
    ['DescribeImagePermissions', { Name: 'desk', NextToken: 'mine' }, 'ValidationException'],
    ['DescribeImagePermissions', { Name: 'desk', SharedAwsAccountIds: [] }, 'ValidationException'],
    [
      'DescribeImagePermissions',
      { Name: 'desk', SharedAwsAccountIds: Array(6).fill(accountId(0)) },
      'ValidationException',
    ],
    ['UpdateImagePermissions', { ...change, Name: 'none' }, 'ResourceNotFoundException'],
    ['UpdateImagePermissions', { ...change, Name: 'broken' }, 'ResourceNotAvailableException'],
    [
      'UpdateImagePermissions',
      { ...change, Name: 'desk', SharedAccountId: 'friends' },
      'ValidationException',
    ],
    [
      'UpdateImagePermissions',
      { ...change, Name: 'desk', SharedAccountId: '111122223333' },
      'ValidationException',
    ],
    [
      'DeleteImagePermissions',
      { Name: 'desk', SharedAccountId: accountId(1) },
      'ResourceNotFoundException',
    ],
    [
      'DeleteImagePermissions',
      { Name: 'broken', SharedAccountId: accountId(0) },
      'ResourceNotAvailableException',
    ],
  ])('%s refuses %j with %s', (operation, input, code) => {
    const broken = own('broken', { State: 'FAILED', ...sharedWith(1) });
    const bench = benchOf([own('desk', sharedWith(1)), broken, shared]);
    expect(bench.refusal(operation, input)).toMatch(new RegExp(`^${code}: `));
  });
});

describe('DescribeImageBuilders', () => {
  const names = ({ ImageBuilders }: Json) => ImageBuilders.map(({ Name }: Json) => Name);

  test('shows the account’s own, without tags, and those of updates as late as their images', () => {
    const mine = {
      Name: 'mine',
      State: 'RUNNING',
      CreatedTime: '2026-01-01T00:00:00Z',
      Tags: { Owner: 'me' },
    };
    const bench = benchOf([own('desk')], { imageBuilders: [mine] });
    bench.call('CreateUpdatedImage', { existingImageName: 'desk', newImageName: 'next' });
    expect(names(bench.call('DescribeImageBuilders'))).toEqual(['mine']);
    bench.pass({ seconds: 4 });
    const states = () =>
      bench.call('DescribeImageBuilders').ImageBuilders.map(({ State }: Json) => State);
    expect(states()).toEqual(['RUNNING', 'UPDATING']);
    expect(names(bench.call('DescribeImageBuilders', { Names: ['next-5000000000'] }))).toEqual([
      'next-5000000000',
    ]);
    bench.pass({ hours: 3, minutes: 20 });
    expect(states()).toEqual(['RUNNING', 'PENDING_QUALIFICATION']);
    bench.pass({ minutes: 10 });
    expect(bench.call('DescribeImageBuilders').ImageBuilders).toEqual([
      { Name: 'mine', State: 'RUNNING', CreatedTime: new Date('2026-01-01T00:00:00Z') },
    ]);
  });

  test('gives pages of at most 25, whatever is asked for', () => {
    const imageBuilders = Array.from({ length: 30 }, (_, position) => ({ Name: `b${position}` }));
    const images = imageBuilders.map(({ Name }) => own(Name));
    const bench = benchOf(images, { imageBuilders });
    for (const [input, sizes] of [
      [{}, [25, 5]],
      [{ MaxResults: 100 }, [25, 5]],
      [{ MaxResults: 14 }, [14, 14, 2]],
    ] as const) {
      const found: string[][] = [];
      let token: Json = {};
      do {
        const page = bench.call('DescribeImageBuilders', { ...input, ...token });
        found.push(names(page));
        token = page.NextToken && { NextToken: page.NextToken };
      } while (token !== undefined);
      expect(found.map(({ length }) => length)).toEqual(sizes);
      expect(found.flat()).toEqual(imageBuilders.map(({ Name }) => Name));
    }
    const foreign = bench.call('DescribeImageBuilders').NextToken;
    expect(bench.refusal('DescribeImages', { NextToken: foreign })).toMatch(/^ValidationException/);
    expect(bench.refusal('DescribeImageBuilders', { Names: ['b1', 'none'] })).toBe(
      'ResourceNotFoundException: The image builder none does not exist.',
    );
  });
});

describe('DeleteImage', () => {
  const images = [
    own('desk'),
    own('broken', { State: 'FAILED' }),
    own('building', { State: 'CREATING' }),
    own('given', sharedWith(1)),
    shared,
  ];
  const fleets = [
    { Name: 'first', ImageName: 'other' },
    { Name: 'second', ImageArn: shared.Arn, ImageName: 'desk' },
  ];

  test.each(['desk', 'broken'])('deletes %s, which is used by nobody, at once', (Name) => {
    const quotas = { 'appstream2:L-E1182CCA': 4 };
    const bench = benchOf([...images, own('more')], { fleets, quotas });
    const update = { existingImageName: 'more', newImageName: 'more-2' };
    expect(bench.refusal('CreateUpdatedImage', update)).toContain('The limit of 4 images');
    expect(bench.call('DeleteImage', { Name }).Image).toMatchObject({ Name, State: 'DELETING' });
    expect(bench.refusal('DescribeImages', { Names: [Name] })).toMatch(
      /^ResourceNotFoundException/,
    );
    expect(bench.estate().appstream.images.map((image: Json) => image.Name)).not.toContain(Name);
    // Five own images were there.
    expect(bench.refusal('CreateUpdatedImage', update)).toContain('The limit of 4 images');
    bench.call('DeleteImage', { Name: Name === 'desk' ? 'broken' : 'desk' });
    bench.call('CreateUpdatedImage', update);
  });

  test.each([
    ['of another account', 'baseline', {}, 'ResourceNotFoundException'],
    ['in flight', 'building', {}, 'OperationNotPermittedException: The image building is CREATING'],
    ['that is shared', 'given', {}, 'ResourceInUseException: .* by other accounts'],
    [
      'of a fleet that knows it by name',
      'desk',
      { fleets: [{ Name: 'f', ImageName: 'desk' }] },
      'ResourceInUseException: .* by the fleet f',
    ],
    [
      'of a fleet that knows it by ARN',
      'desk',
      { fleets: [{ Name: 'f', ImageArn: `${ARN}/desk` }] },
      'ResourceInUseException: .* by the fleet f',
    ],
    [
      'of an image builder',
      'desk',
      { imageBuilders: [{ Name: 'b', ImageArn: `${ARN}/desk` }] },
      'ResourceInUseException: .* by the image builder b',
    ],
  ])('refuses an image %s', (_, Name, more, refusal) => {
    const bench = benchOf(images, more);
    expect(bench.refusal('DeleteImage', { Name })).toMatch(new RegExp(`^${refusal}`));
  });

  test('refuses the source of an update until that has ended; its hours are still paid for', () => {
    const bench = benchOf([own('desk')], {
      durations: { appstream: { updateImage: { hours: 2 } } },
    });
    bench.call('CreateUpdatedImage', { existingImageName: 'desk', newImageName: 'next' });
    expect(bench.refusal('DeleteImage', { Name: 'desk' })).toMatch(
      /by the image builder next-5000000000/,
    );
    bench.pass({ hours: 3 });
    bench.call('DeleteImage', { Name: 'next' });
    bench.call('DeleteImage', { Name: 'desk' });
    expect(bench.usage()).toMatchObject([{ quantity: 2, unit: 'hours' }]);
  });
});

test('DescribeFleets shows the estate’s fleets, without tags', () => {
  const fleets = [
    { Name: 'a', CreatedTime: '2026-01-01T00:00:00Z', Tags: { Owner: 'me' } },
    { Name: 'b', ImageName: 'desk' },
  ];
  const bench = benchOf([], { fleets });
  expect(bench.call('DescribeFleets').Fleets).toEqual([
    { Name: 'a', CreatedTime: new Date('2026-01-01T00:00:00Z') },
    fleets[1],
  ]);
  expect(bench.call('DescribeFleets', { Names: ['b'] }).Fleets).toEqual([fleets[1]]);
  expect(bench.refusal('DescribeFleets', { Names: ['c'] })).toBe(
    'ResourceNotFoundException: The fleet c does not exist.',
  );
});
