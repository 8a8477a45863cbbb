import { appstream } from '../../../rehearsal/services/appstream';
import type { Json } from '../../../rehearsal/services/service';
import { createBench, START } from './support';

const ARN = 'arn:aws:appstream:eu-west-1:111122223333:image';

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
  CreatedTime: '2026-01-01T00:00:00Z',
};

const account = (images: readonly Json[], more: Json = {}) => ({
  appstream: { images, ...more.appstream },
  ...Object.fromEntries(Object.entries(more).filter(([key]) => key !== 'appstream')),
});

const update = (source: string, target = `${source}-2`, more: Json = {}) => ({
  existingImageName: source,
  newImageName: target,
  ...more,
});

describe('an image update', () => {
  test('goes from PENDING over CREATING to AVAILABLE, with a builder of AppStream until the end', () => {
    const bench = createBench(
      appstream,
      account([own('desk', { Platform: 'WINDOWS_SERVER_2022', DisplayName: 'Desk' })]),
    );
    const { image } = bench.call(
      'CreateUpdatedImage',
      update('desk', 'desk-2', {
        newImageDescription: 'new',
        newImageDisplayName: 'Desk',
        newImageTags: { AutoUpdate: 'Enabled' },
        dryRun: false,
      }),
    );
    expect(image).toEqual({
      Name: 'desk-2',
      Arn: `${ARN}/desk-2`,
      DisplayName: 'Desk',
      Description: 'new',
      State: 'PENDING',
      Visibility: 'PRIVATE',
      Platform: 'WINDOWS_SERVER_2022',
      CreatedTime: new Date(START),
      LatestAppstreamAgentVersion: 'TRUE',
      ImageSharedWithOthers: 'FALSE',
    });
    const look = () => [
      bench.call('DescribeImages', { Names: ['desk-2'] }).Images[0].State,
      bench.estate().appstream.imageBuilders?.map(({ State }: Json) => State) ?? [],
    ];
    // The middle of each default: visible after 4 s, CREATING after 3 min, qualified from 20 min before 3 h 30 min.
    expect(bench.refusal('DescribeImages', { Names: ['desk-2'] })).toMatch(
      /^ResourceNotFoundException/,
    );
    expect(bench.call('DescribeImages').Images).toHaveLength(1);
    const hidden = { ResourceArn: `${ARN}/desk-2`, Tags: { a: 'b' } };
    expect(bench.refusal('TagResource', hidden)).toMatch(/^ResourceNotFoundException/);
    bench.pass({ seconds: 4 });
    expect(look()).toEqual(['PENDING', ['UPDATING']]);
    bench.pass({ minutes: 3 });
    expect(look()).toEqual(['CREATING', ['UPDATING']]);
    bench.now = Date.parse(START);
    bench.pass({ hours: 3, minutes: 9, seconds: 59 });
    expect(look()).toEqual(['CREATING', ['UPDATING']]);
    bench.pass({ seconds: 1 });
    expect(look()).toEqual(['CREATING', ['PENDING_QUALIFICATION']]);
    bench.pass({ minutes: 19, seconds: 59 });
    expect(look()).toEqual(['CREATING', ['PENDING_QUALIFICATION']]);
    bench.pass({ seconds: 1 });
    expect(look()).toEqual(['AVAILABLE', []]);
    expect(bench.call('ListTagsForResource', { ResourceArn: `${ARN}/desk-2` })).toEqual({
      Tags: { AutoUpdate: 'Enabled' },
    });
    expect([...bench.used].sort()).toEqual([
      'late-visibility',
      'missing-name',
      'quotas',
      'update-duration',
      'update-life',
    ]);
  });

  test('takes as long as the estate says, drawn between its bounds', () => {
    const durations = { appstream: { updateImage: { hours: [1, 3] }, listImage: { seconds: 0 } } };
    for (const [draw, hours] of [
      [0, 1],
      [0.25, 1.5],
    ] as const) {
      const bench = createBench(appstream, account([own('desk')], { durations }), { draw });
      bench.call('CreateUpdatedImage', update('desk'));
      bench.pass({ hours, seconds: -1 });
      expect(bench.call('DescribeImages', { Names: ['desk-2'] }).Images[0].State).toBe('CREATING');
      bench.pass({ seconds: 1 });
      expect(bench.call('DescribeImages', { Names: ['desk-2'] }).Images[0].State).toBe('AVAILABLE');
      expect(bench.used).not.toContain('update-duration');
    }
  });

  test('fails as the outcome of its attempt says, with the reason of AWS; the next attempt succeeds', () => {
    const outcomes = [
      {
        service: 'appstream',
        image: 'desk',
        on: 'update',
        attempt: 1,
        result: 'FAILED',
        code: 'INTERNAL_ERROR',
        message: 'no luck',
        errors: [{ ErrorCode: 'INTERNAL_SERVICE_ERROR', ErrorMessage: 'disk full' }],
        duration: { minutes: 30 },
      },
    ];
    const bench = createBench(appstream, account([own('desk')], { outcomes }));
    bench.call('CreateUpdatedImage', update('desk', 'desk-2'));
    bench.pass({ minutes: 30 });
    expect(bench.call('DescribeImages', { Names: ['desk-2'] }).Images[0]).toMatchObject({
      State: 'FAILED',
      StateChangeReason: { Code: 'INTERNAL_ERROR', Message: 'no luck' },
      ImageErrors: [
        {
          ErrorCode: 'INTERNAL_SERVICE_ERROR',
          ErrorMessage: 'disk full',
          ErrorTimestamp: new Date('2026-02-01T12:30:00Z'),
        },
      ],
    });
    bench.call('CreateUpdatedImage', update('desk', 'desk-3'));
    bench.pass({ hours: 5 });
    expect(bench.call('DescribeImages', { Names: ['desk-3'] }).Images[0].State).toBe('AVAILABLE');
  });

  test('without a reason in the estate, fails with one that AWS documents', () => {
    const outcomes = [{ service: 'appstream', image: 'desk', on: 'update', result: 'FAILED' }];
    const bench = createBench(appstream, account([own('desk')], { outcomes }));
    bench.call('CreateUpdatedImage', update('desk'));
    bench.pass({ hours: 5 });
    expect(bench.call('DescribeImages', { Names: ['desk-2'] }).Images[0]).toMatchObject({
      StateChangeReason: { Code: 'IMAGE_UPDATE_FAILURE' },
      ImageErrors: [{ ErrorCode: 'INTERNAL_SERVICE_ERROR' }],
    });
  });
});

describe('CreateUpdatedImage refuses', () => {
  const images = [
    own('desk'),
    own('fresh', { canUpdateImage: false }),
    own('building', { State: 'CREATING' }),
    own('linux', { Platform: 'AMAZON_LINUX2' }),
    own('old', { Platform: 'WINDOWS', PublicBaseImageReleasedDate: '2017-07-23T23:59:59Z' }),
    own('odd'),
    shared,
  ];
  const outcomes = [
    { service: 'appstream', image: 'odd', on: 'update', result: 'INCOMPATIBLE', message: 'no SSM' },
  ];

  test.each([
    ['an unknown source', 'none', 'ResourceNotFoundException: The image none does not exist.'],
    [
      'the image of another account',
      'baseline',
      'OperationNotPermittedException: The image baseline',
    ],
    [
      'an image that is not AVAILABLE',
      'building',
      'OperationNotPermittedException: The image building is CREATING',
    ],
    [
      'an image of another platform',
      'linux',
      'IncompatibleImageException: The image linux runs AMAZON_LINUX2',
    ],
    ['an image on a base image from before July 24, 2017', 'old', 'IncompatibleImageException'],
    ['an image that the estate calls incompatible', 'odd', 'IncompatibleImageException: no SSM'],
  ])('%s, in a dry run too', (_, source, refusal) => {
    const bench = createBench(appstream, account(images, { outcomes }));
    for (const dryRun of [true, false]) {
      expect(bench.refusal('CreateUpdatedImage', update(source, 'new', { dryRun }))).toContain(
        refusal,
      );
    }
  });

  test('an image that is up to date', () => {
    const bench = createBench(appstream, account(images));
    expect(bench.refusal('CreateUpdatedImage', update('fresh'))).toMatch(
      /^OperationNotPermittedException: .*latest updates/,
    );
    expect(bench.used).toContain('nothing-to-update');
  });

  test('a name that is taken, also by an image that DescribeImages does not show yet', () => {
    const bench = createBench(appstream, account(images));
    expect(bench.refusal('CreateUpdatedImage', update('desk', 'fresh'))).toMatch(
      /^ResourceAlreadyExistsException/,
    );
    bench.call('CreateUpdatedImage', update('desk', 'desk-2'));
    expect(bench.refusal('CreateUpdatedImage', update('desk', 'desk-2'))).toMatch(
      /^ResourceAlreadyExistsException/,
    );
  });

  test('a second update of an image while the first is PENDING', () => {
    const bench = createBench(appstream, account([own('desk'), own('other')]));
    bench.call('CreateUpdatedImage', update('desk', 'desk-2'));
    bench.pass({ minutes: 2, seconds: 59 });
    expect(bench.refusal('CreateUpdatedImage', update('desk', 'desk-3'))).toMatch(
      /^ConcurrentModificationException/,
    );
    bench.call('CreateUpdatedImage', update('other'));
    bench.pass({ seconds: 1 });
    bench.call('CreateUpdatedImage', update('desk', 'desk-3'));
  });

  const updates = 'appstream2:L-9B6418E0';
  const stored = 'appstream2:L-E1182CCA';

  test.each([
    ['5 concurrent image updates', 'by default', { [stored]: 99 }, 5],
    ['2 concurrent image updates', 'where the estate says so', { [updates]: 2 }, 2],
    ['10 images', 'by default', { [updates]: 99 }, 4],
    ['7 images', 'where the estate says so', { [stored]: 7 }, 1],
    ['10 image builders', 'by default', { [updates]: 99, [stored]: 99 }, 10],
  ])('more than %s %s', (limit, _, quotas, accepted) => {
    const names = Array.from({ length: accepted + 1 }, (_, index) => `desk${index}`);
    const others = Array.from({ length: Math.max(0, 5 - accepted) }, (_, index) => `more${index}`);
    // What another account shares counts for that account.
    const images = [shared, ...[...names, ...others].map((name) => own(name))];
    const bench = createBench(appstream, account(images, { quotas }));
    for (const name of names.slice(0, accepted)) bench.call('CreateUpdatedImage', update(name));
    expect(bench.refusal('CreateUpdatedImage', update(names.at(-1) ?? ''))).toBe(
      `LimitExceededException: The limit of ${limit} is reached.`,
    );
  });

  test('an image too many, failed ones included, but does not count updates that have ended', () => {
    const quotas = { 'appstream2:L-9B6418E0': 1, 'appstream2:L-E1182CCA': 4 };
    const outcomes = [{ service: 'appstream', image: 'a', on: 'update', result: 'FAILED' }];
    const bench = createBench(appstream, account([own('a'), own('b')], { quotas, outcomes }));
    bench.call('CreateUpdatedImage', update('a'));
    bench.pass({ hours: 4 });
    bench.call('CreateUpdatedImage', update('b'));
    bench.pass({ hours: 4 });
    expect(bench.refusal('CreateUpdatedImage', update('b', 'b-3'))).toMatch(/limit of 4 images/);
  });

  test.each([
    ['a name with a blank', { newImageName: 'a b' }],
    ['a name of 101 characters', { newImageName: 'n'.repeat(101) }],
    ['a name that begins as AWS names do', { newImageName: 'AppStream-desk' }],
    ['such a name in lower case', { newImageName: 'amazonas' }],
    ['no name', { newImageName: undefined }],
    ['an empty map of tags', { newImageTags: {} }],
    [
      '51 tags',
      { newImageTags: Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`k${i}`, ''])) },
    ],
    ['a tag of AWS', { newImageTags: { 'aws:x': 'y' } }],
    ['a tag with a character that is not allowed', { newImageTags: { Owner: 'a;b' } }],
    ['a tag value of 257 characters', { newImageTags: { Owner: 'v'.repeat(257) } }],
    ['a description of 257 characters', { newImageDescription: 'd'.repeat(257) }],
    ['a display name of 101 characters', { newImageDisplayName: 'd'.repeat(101) }],
  ])('%s', (_, more) => {
    const bench = createBench(appstream, account([own('desk')]));
    expect(bench.refusal('CreateUpdatedImage', update('desk', 'desk-2', more))).toMatch(
      /^ValidationException: 1 validation error detected/,
    );
  });
});

describe('canUpdateImage', () => {
  const can = (bench: ReturnType<typeof createBench>, name: string) =>
    bench.call('CreateUpdatedImage', update(name, 'probe', { dryRun: true })).canUpdateImage;

  test('is told by a dry run, which starts nothing and knows no quota', () => {
    const quotas = { 'appstream2:L-9B6418E0': 0 };
    const images = [own('desk'), own('fresh', { canUpdateImage: false })];
    const bench = createBench(appstream, account(images, { quotas }));
    expect([can(bench, 'desk'), can(bench, 'fresh')]).toEqual([true, false]);
    expect(bench.call('DescribeImages').Images).toHaveLength(2);
  });

  test('turns true with the next release for the platform, not before', () => {
    const events = [
      { at: '2026-01-01T00:00:00Z', type: 'appstream.baseImageReleased' },
      { at: '2026-02-03T00:00:00Z', type: 'appstream.baseImageReleased', platform: 'WINDOWS' },
      { at: '2026-02-10T00:00:00Z', type: 'appstream.baseImageReleased' },
    ];
    const images = [own('desk', { canUpdateImage: false, Platform: 'WINDOWS_SERVER_2022' })];
    const bench = createBench(appstream, account(images, { events }));
    bench.now = Date.parse('2026-02-09T23:59:59Z');
    expect(can(bench, 'desk')).toBe(false);
    expect(bench.estate().appstream.images[0].canUpdateImage).toBe(false);
    bench.pass({ seconds: 1 });
    expect(can(bench, 'desk')).toBe(true);
    expect(bench.estate().appstream.images[0]).not.toHaveProperty('canUpdateImage');
  });

  test('is false for an image just made by an update, until something is released after its start', () => {
    const events = [{ at: '2026-02-01T13:00:00Z', type: 'appstream.baseImageReleased' }];
    const early = createBench(appstream, account([own('desk')]));
    const late = createBench(appstream, account([own('desk')], { events }));
    for (const bench of [early, late]) {
      bench.call('CreateUpdatedImage', update('desk'));
      bench.pass({ hours: 5 });
    }
    expect([can(early, 'desk-2'), can(late, 'desk-2')]).toEqual([false, true]);
  });
});

describe('DescribeImages', () => {
  const images = [
    own('b'),
    own('a'),
    shared,
    {
      ...own('AppStream-Base'),
      Arn: 'arn:aws:appstream:eu-west-1::image/AppStream-Base',
      Visibility: 'PUBLIC',
    },
  ];
  const names = (answer: Json) => answer.Images.map(({ Name }: Json) => Name);

  test('selects by name, ARN or type', () => {
    const bench = createBench(appstream, account(images));
    expect(names(bench.call('DescribeImages'))).toEqual(['b', 'a', 'baseline', 'AppStream-Base']);
    expect(names(bench.call('DescribeImages', { Names: ['a', 'AppStream-Base'] }))).toEqual([
      'a',
      'AppStream-Base',
    ]);
    expect(names(bench.call('DescribeImages', { Arns: [shared.Arn] }))).toEqual(['baseline']);
    expect(names(bench.call('DescribeImages', { Type: 'PRIVATE' }))).toEqual(['b', 'a']);
    expect(names(bench.call('DescribeImages', { Type: 'SHARED' }))).toEqual(['baseline']);
    expect(names(bench.call('DescribeImages', { Names: [], Type: 'PUBLIC' }))).toEqual([
      'AppStream-Base',
    ]);
  });

  test.each([
    [
      'one name that is missing among others',
      { Names: ['a', 'none'] },
      'ResourceNotFoundException',
    ],
    [
      'the name of an image that is shared by another account',
      { Names: ['baseline'] },
      'ResourceNotFoundException',
    ],
    ['an unknown ARN', { Arns: [`${ARN}/none`] }, 'ResourceNotFoundException'],
    ['names and a type', { Names: ['a'], Type: 'PRIVATE' }, 'InvalidParameterCombinationException'],
    [
      'names and ARNs',
      { Names: ['a'], Arns: [`${ARN}/a`] },
      'InvalidParameterCombinationException',
    ],
    ['a page of 26', { MaxResults: 26 }, 'ValidationException'],
    ['a token that it never gave', { NextToken: 'mine' }, 'ValidationException'],
    ['a token from beyond the end', { NextToken: btoa('images:5') }, 'ValidationException'],
    ['an unknown type', { Type: 'OWN' }, 'ValidationException'],
  ])('refuses %s', (_, input, code) => {
    const bench = createBench(appstream, account(images));
    expect(bench.refusal('DescribeImages', input)).toContain(code);
  });

  test('gives pages of 25, or smaller ones, that make up the whole', () => {
    const many = Array.from({ length: 51 }, (_, index) => own(`desk${index}`));
    const bench = createBench(appstream, account(many));
    const pages = (input: Json) => {
      const sizes: number[] = [];
      const found: string[] = [];
      let NextToken: string | undefined;
      do {
        const answer = bench.call('DescribeImages', { ...input, ...(NextToken && { NextToken }) });
        sizes.push(answer.Images.length);
        found.push(...names(answer));
        NextToken = answer.NextToken;
      } while (NextToken !== undefined);
      expect(found).toEqual(many.map(({ Name }) => Name));
      return sizes;
    };
    expect(pages({})).toEqual([25, 25, 1]);
    expect(pages({ Type: 'PRIVATE', MaxResults: 17 })).toEqual([17, 17, 17]);
  });

  test('fills a page of one type whatever lies between, and has no page of nothing', () => {
    const foreign = (index: number) => ({
      ...shared,
      Name: `s${index}`,
      Arn: shared.Arn.replace('baseline', `s${index}`),
    });
    const mixed = Array.from({ length: 50 }, (_, index) => [own(`o${index}`), foreign(index)]);
    const bench = createBench(appstream, account(mixed.flat()));
    const first = bench.call('DescribeImages', { Type: 'PRIVATE' });
    const { NextToken } = first;
    const second = bench.call('DescribeImages', { Type: 'PRIVATE', NextToken });
    expect([...names(first), ...names(second)]).toEqual(mixed.map(([image]) => image.Name));
    expect(names(first)).toHaveLength(25);
    expect(second).not.toHaveProperty('NextToken');
  });

  test('gives dates as dates and keeps tags to itself', () => {
    const image = own('a', {
      Tags: { Owner: 'me' },
      PublicBaseImageReleasedDate: '2025-01-02T00:00:00Z',
    });
    const bench = createBench(appstream, account([image]));
    const [answer] = bench.call('DescribeImages').Images;
    expect(answer.CreatedTime).toEqual(new Date('2026-01-01T00:00:00Z'));
    expect(answer.PublicBaseImageReleasedDate).toEqual(new Date('2025-01-02T00:00:00Z'));
    expect(answer).not.toHaveProperty('Tags');
  });
});

describe('tags', () => {
  const ResourceArn = `${ARN}/a`;

  test('are added, overwritten and taken away', () => {
    const bench = createBench(appstream, account([own('a', { Tags: { Owner: 'me', Team: 'x' } })]));
    bench.call('TagResource', { ResourceArn, Tags: { Owner: 'you', Stage: '' } });
    expect(bench.call('ListTagsForResource', { ResourceArn }).Tags).toEqual({
      Owner: 'you',
      Team: 'x',
      Stage: '',
    });
    bench.call('UntagResource', { ResourceArn, TagKeys: ['Owner', 'None'] });
    expect(bench.estate().appstream.images[0].Tags).toEqual({ Team: 'x', Stage: '' });
  });

  test('beyond 50 are refused as a limit, and nothing is written', () => {
    const Tags = Object.fromEntries(Array.from({ length: 49 }, (_, i) => [`k${i}`, 'v']));
    const bench = createBench(appstream, account([own('a', { Tags })]));
    expect(bench.refusal('TagResource', { ResourceArn, Tags: { a: '1', b: '2' } })).toMatch(
      /^LimitExceededException/,
    );
    bench.call('TagResource', { ResourceArn, Tags: { k0: 'w', a: '1' } });
  });

  test.each([
    ['TagResource', { ResourceArn, Tags: {} }, 'ValidationException'],
    ['TagResource', { ResourceArn, Tags: { 'aws:a': 'b' } }, 'ValidationException'],
    ['TagResource', { ResourceArn: `${ARN}/none`, Tags: { a: 'b' } }, 'ResourceNotFoundException'],
    ['TagResource', { ResourceArn: shared.Arn, Tags: { a: 'b' } }, 'ResourceNotFoundException'],
    ['UntagResource', { ResourceArn, TagKeys: [] }, 'ValidationException'],
    ['UntagResource', { ResourceArn: `${ARN}/none`, TagKeys: ['a'] }, 'ResourceNotFoundException'],
    ['ListTagsForResource', { ResourceArn: 'a' }, 'ValidationException'],
    ['ListTagsForResource', { ResourceArn: `${ARN}/none` }, 'ResourceNotFoundException'],
  ])('%s refuses %j', (operation, input, code) => {
    const bench = createBench(appstream, account([own('a'), shared]));
    expect(bench.refusal(operation, input)).toContain(code);
  });
});

test('permissions are those of the service authorization reference', () => {
  const bench = createBench(appstream, account([own('a', { Tags: { Team: 'x' } })]));
  expect(bench.access('DescribeImages', { Names: ['a'] })).toEqual([
    { action: 'appstream:DescribeImages', resource: '*' },
  ]);
  expect(bench.access('ListTagsForResource', { ResourceArn: `${ARN}/a` })).toEqual([
    { action: 'appstream:ListTagsForResource', resource: '*' },
  ]);
  expect(
    bench.access('CreateUpdatedImage', update('a', 'b', { newImageTags: { Owner: 'me' } })),
  ).toEqual([
    {
      action: 'appstream:CreateUpdatedImage',
      resource: `${ARN}/a`,
      context: {
        'aws:resourcetag/team': 'x',
        'aws:requesttag/owner': 'me',
        'aws:tagkeys': ['Owner'],
      },
    },
  ]);
  expect(bench.access('TagResource', { ResourceArn: `${ARN}/a`, Tags: { Owner: 'me' } })).toEqual([
    {
      action: 'appstream:TagResource',
      resource: `${ARN}/a`,
      context: {
        'aws:resourcetag/team': 'x',
        'aws:requesttag/owner': 'me',
        'aws:tagkeys': ['Owner'],
      },
    },
  ]);
  expect(bench.access('UntagResource', { ResourceArn: `${ARN}/a`, TagKeys: ['Team'] })).toEqual([
    {
      action: 'appstream:UntagResource',
      resource: `${ARN}/a`,
      context: { 'aws:resourcetag/team': 'x', 'aws:tagkeys': ['Team'] },
    },
  ]);
});

describe('an estate', () => {
  test('with an image in flight: it goes on, with its builder, for as long as an update takes on average', () => {
    const images = [
      own('desk-2', { State: 'PENDING', CreatedTime: START }),
      own('gone', { State: 'DELETING' }),
    ];
    const imageBuilders = [
      { Name: 'desk-2-0123456789', State: 'UPDATING' },
      { Name: 'mine', State: 'STOPPED' },
    ];
    const bench = createBench(appstream, account(images, { appstream: { imageBuilders } }));
    const look = () => [
      bench.call('DescribeImages').Images.map(({ State }: Json) => State),
      bench.estate().appstream.imageBuilders.map(({ State }: Json) => State),
    ];
    expect(look()).toEqual([['PENDING'], ['STOPPED', 'UPDATING']]);
    bench.pass({ minutes: 3 });
    expect(look()).toEqual([['CREATING'], ['STOPPED', 'UPDATING']]);
    bench.pass({ hours: 3, minutes: 27 });
    expect(look()).toEqual([['AVAILABLE'], ['STOPPED']]);
    expect(bench.used).toContain('in-flight-at-start');
    expect(bench.estate().appstream.images[0].canUpdateImage).toBe(false);
  });

  test('that nothing happened to comes back as it was', () => {
    const images = [
      own('a', {
        Tags: { Owner: 'me' },
        canUpdateImage: false,
        ImageSharedWithOthers: 'TRUE',
        SharedImagePermissionsList: [{ sharedAccountId: '777788889999' }],
      }),
      own('b', { State: 'FAILED', ImageErrors: [{ ErrorCode: 'X', ErrorTimestamp: START }] }),
      shared,
    ];
    const more = {
      imageBuilders: [{ Name: 'mine', State: 'STOPPED' }],
      fleets: [{ Name: 'desks', ImageName: 'a' }],
    };
    const bench = createBench(appstream, account(images, { appstream: more }));
    expect(bench.estate()).toEqual({ appstream: { images, ...more } });
  });

  test('written in the middle of an update can be read again, and the update goes on', () => {
    const first = createBench(appstream, account([own('desk')]));
    first.call('CreateUpdatedImage', update('desk'));
    first.pass({ hours: 1 });
    const written = first.estate();
    expect(written.appstream.images[1]).toMatchObject({ State: 'CREATING', canUpdateImage: false });
    const second = createBench(appstream, { ...written, capturedAt: '2026-02-01T13:00:00Z' });
    second.pass({ hours: 3, minutes: 29, seconds: 59 });
    expect(second.call('DescribeImages').Images[1].State).toBe('CREATING');
    expect(second.estate().appstream.imageBuilders).toHaveLength(1);
    second.pass({ seconds: 1 });
    expect(second.call('DescribeImages').Images[1].State).toBe('AVAILABLE');
    expect(second.estate().appstream).not.toHaveProperty('imageBuilders');
  });
});
