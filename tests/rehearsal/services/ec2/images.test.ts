import { Account, ACCOUNT, AMAZON, image, instance, START } from './support';

const id = (number: number) => `ami-${String(number).padStart(17, '0')}`;
const OWN = id(1);
const PUBLIC = id(2);
const OLD = id(3);
const ARM = id(4);
const OFF = id(5);

const images = [
  image(OWN, { Tags: [{ Key: 'Stage', Value: 'prod' }] }),
  image(PUBLIC, {
    OwnerId: AMAZON,
    ImageOwnerAlias: 'amazon',
    Public: true,
    Name: 'al2023-ami-2023.6',
    CreationDate: '2026-01-20T10:00:00.000Z',
    DeprecationTime: '2026-02-01T12:00:10.000Z',
  }),
  image(OLD, { DeprecationTime: '2026-01-01T00:00:00.000Z' }),
  image(ARM, { OwnerId: '444455556666', Architecture: 'arm64' }),
  image(OFF, { State: 'disabled' }),
];
const open = (more: object = {}) => new Account({ ec2: { images }, ...more });
const ids = (account: Account, input: object = {}) =>
  account.call('DescribeImages', input).Images.map(({ ImageId }: { ImageId: string }) => ImageId);

describe('DescribeImages', () => {
  it('shows an image as the estate describes it', () => {
    expect(open().call('DescribeImages', { ImageIds: [PUBLIC] })).toEqual({ Images: [images[1]] });
  });

  it('lists neither disabled images nor deprecated ones of others, but ones own deprecated ones', () => {
    const account = open();
    expect(ids(account)).toEqual([OWN, PUBLIC, OLD, ARM]);
    account.advance(9.999);
    expect(ids(account)).toContain(PUBLIC);
    account.advance(0.001);
    expect(ids(account)).toEqual([OWN, OLD, ARM]);
    expect(ids(account, { IncludeDeprecated: true })).toEqual([OWN, PUBLIC, OLD, ARM]);
    expect(ids(account, { IncludeDisabled: true })).toEqual([OWN, OLD, ARM, OFF]);
    expect(ids(account, { ImageIds: [PUBLIC, OFF] })).toEqual([PUBLIC]);
  });

  it.each([
    [{ Owners: ['self'] }, [OWN, OLD]],
    [{ Owners: ['amazon'] }, [PUBLIC]],
    [{ Owners: ['444455556666', AMAZON] }, [PUBLIC, ARM]],
    [{ ImageIds: [OWN, ARM], Owners: ['self'] }, [OWN]],
    [{ Filters: [{ Name: 'name', Values: ['al2023-*'] }] }, [PUBLIC]],
    [{ Filters: [{ Name: 'name', Values: ['AL2023-*'] }] }, []],
    [{ Filters: [{ Name: 'name', Values: ['al2023?6'] }] }, []],
    [
      { Filters: [{ Name: 'name', Values: ['al2023-ami-2023\\?6', 'al2023-ami-2023?6'] }] },
      [PUBLIC],
    ],
    [{ Filters: [{ Name: 'creation-date', Values: ['2026-01-20T*'] }] }, [PUBLIC]],
    [{ Filters: [{ Name: 'architecture', Values: ['arm64', 'i386'] }] }, [ARM]],
    [{ Filters: [{ Name: 'is-public', Values: ['true'] }] }, [PUBLIC]],
    [{ Filters: [{ Name: 'tag:Stage', Values: ['prod'] }] }, [OWN]],
    [{ Filters: [{ Name: 'tag-key', Values: ['Stage'] }] }, [OWN]],
    [{ Filters: [{ Name: 'state', Values: ['disabled'] }], IncludeDisabled: true }, [OFF]],
    [
      {
        Filters: [
          { Name: 'owner-id', Values: [ACCOUNT] },
          { Name: 'state', Values: ['available'] },
        ],
      },
      [OWN, OLD],
    ],
  ])('finds with %j what fits', (input, expected) => {
    expect(ids(open(), input)).toEqual(expected);
  });

  it('takes a dot in a filter as it is', () => {
    const account = new Account({ ec2: { images: [image(OWN, { Name: 'a-b' })] } });
    expect(ids(account, { Filters: [{ Name: 'name', Values: ['a.b'] }] })).toEqual([]);
  });

  it.each([
    [{ ImageIds: [OWN, id(9)] }, `InvalidAMIID.NotFound: The image id '[${id(9)}]' does not exist`],
    [
      { ImageIds: ['{"image_id":1}'] },
      'InvalidAMIID.Malformed: Invalid id: "{"image_id":1}" (expecting "ami-...")',
    ],
    [{ ImageIds: ['ami-xyz'] }, 'InvalidAMIID.Malformed: Invalid id: "ami-xyz"'],
    [{ Owners: ['me'] }, 'InvalidUserID.Malformed: Invalid user id: "me"'],
    [
      { MaxResults: 0 },
      'InvalidMaxResults: Value ( 0 ) for parameter maxResults is invalid. Expecting a value between 1 and 1000.',
    ],
    [{ NextToken: 'x' }, 'InvalidNextToken: The specified NextToken x is not valid.'],
    [{ Filters: [{ Name: 'name' }] }, "InvalidParameterValue: The filter 'name' has no values."],
    [
      { Filters: [{ Name: 'colour', Values: ['red'] }] },
      'NotImplemented: The rehearsal does not implement the filter colour of ec2:DescribeImages.',
    ],
    [
      { ExecutableUsers: ['all'] },
      'NotImplemented: The rehearsal does not implement ExecutableUsers of ec2:DescribeImages.',
    ],
    [{ DryRun: true }, 'DryRunOperation: Request would have succeeded, but DryRun flag is set.'],
  ])('refuses %j', (input, refusal) => {
    expect(open().refusal('DescribeImages', input)).toBe(refusal);
  });

  it('gives pages, each image once, and refuses the token of another list', () => {
    const instances = [1, 2, 3, 4].map((number) => instance(`i-0000000000000000${number}`));
    const account = new Account({ ec2: { images, instances } });
    const first = account.call('DescribeImages', { MaxResults: 2 });
    const second = account.call('DescribeImages', { MaxResults: 2, NextToken: first.NextToken });
    expect([...first.Images, ...second.Images].map(({ ImageId }) => ImageId)).toEqual(ids(account));
    expect(second.NextToken).toBeUndefined();
    expect(account.refusal('DescribeInstances', { NextToken: first.NextToken })).toMatch(
      'InvalidNextToken',
    );
  });

  it('does not let whoever reads change the account', () => {
    const account = open();
    account.call('DescribeImages', { ImageIds: [OWN] }).Images[0].State = 'failed';
    expect(account.call('DescribeImages', { ImageIds: [OWN] }).Images[0].State).toBe('available');
  });
});

describe('what the estate lets happen to images', () => {
  const at = (seconds: number) => new Date(Date.parse(START) + seconds * 1000).toISOString();
  const fresh = image(id(7));

  it('publishes them when it says, tells of ones own only, and then is done', () => {
    const account = open({
      events: [
        { at: at(20), type: 'ec2.imagePublished', image: image(id(8), { OwnerId: AMAZON }) },
        { at: at(10), type: 'ec2.imagePublished', image: fresh },
        { at: at(-1), type: 'ec2.imagePublished', image: image(id(9)) },
      ],
    });
    account.advance(9.999);
    expect(account.refusal('DescribeImages', { ImageIds: [id(7)] })).toMatch('NotFound');
    account.advance(0.001);
    expect(account.call('DescribeImages', { ImageIds: [id(7)] }).Images).toEqual([fresh]);
    account.advance(10);
    expect(ids(account)).toEqual([OWN, OLD, ARM, id(7), id(8)]);
    expect(account.events).toEqual([
      {
        source: 'aws.ec2',
        'detail-type': 'EC2 AMI State Change',
        resources: [`arn:aws:ec2:eu-west-1::image/${id(7)}`],
        detail: {
          RequestId: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
          ImageId: id(7),
          State: 'available',
          ErrorMessage: '',
        },
      },
    ]);
    expect(account.isSettled).toBe(true);
  });

  it('changes state and deprecation, and a deregistered one is gone once none of its instances is left', () => {
    const account = new Account({
      ec2: { images, instances: [instance('i-00000000000000001')] },
      events: [
        { at: at(1), type: 'ec2.imageStateChanged', image: OWN, deprecationTime: at(5) },
        { at: at(2), type: 'ec2.imageStateChanged', image: OWN, state: 'deregistered' },
        { at: at(2), type: 'ec2.imageStateChanged', image: OLD, state: 'available' },
        { at: at(3), type: 'ec2.imageStateChanged', image: ARM, state: 'disabled' },
      ],
    });
    account.advance(1);
    const [shown] = account.call('DescribeImages', { ImageIds: [OWN] }).Images;
    expect(shown).toMatchObject({ State: 'available', DeprecationTime: at(5) });
    account.advance(2);
    expect(account.events.map(({ detail }) => [detail.ImageId, detail.State])).toEqual([
      [OWN, 'deregistered'],
    ]);
    expect(ids(account)).toEqual([PUBLIC, OLD]);
    expect(ids(account, { ImageIds: [OWN] })).toEqual([]);
    // Nobody but its owner sees a disabled image.
    expect(account.refusal('DescribeImages', { ImageIds: [ARM] })).toMatch('InvalidAMIID.NotFound');
    expect(ids(account, { IncludeDisabled: true })).toEqual([PUBLIC, OLD, OFF]);
    account.call('Terminate', { id: 'i-00000000000000001' }, 'launcher');
    account.advance(39);
    expect(ids(account, { ImageIds: [OWN] })).toEqual([]);
    account.advance(1);
    expect(account.refusal('DescribeImages', { ImageIds: [OWN] })).toMatch('InvalidAMIID.NotFound');
  });
});
