import { Account, AMAZON, image, instance, WEB, template } from './support';

const id = (number: number) => `ami-${String(number).padStart(17, '0')}`;
const GOOD = id(1);
const BAD = id(2);
const NONE = id(3);
const DATA = { ImageId: GOOD, InstanceType: 'm6i.large' };

const estate = {
  ec2: {
    images: [
      image(GOOD),
      image(BAD),
      image(NONE),
      image(id(4), { Architecture: 'arm64' }),
      image(id(5), { VirtualizationType: 'paravirtual' }),
      image(id(6), { State: 'disabled' }),
      image(id(7), { OwnerId: AMAZON, State: 'disabled' }),
      image(id(8), { DeprecationTime: '2025-01-01T00:00:00.000Z', OwnerId: AMAZON }),
      image(id(10), { State: 'deregistered' }),
    ],
  },
  outcomes: [
    { service: 'appstream', image: GOOD, on: 'update', result: 'FAILED' },
    { service: 'ec2', image: BAD, on: 'launch', result: 'UNHEALTHY' },
    { service: 'ec2', image: NONE, on: 'launch', result: 'FAILED', message: 'No way.' },
  ],
};
const open = (more: object = {}) => new Account({ ...estate, ...more });
const shown = (account: Account, input: object = {}) =>
  account
    .call('DescribeInstances', input)
    .Reservations.flatMap(({ Instances }: { Instances: unknown[] }) => Instances);
const stateOf = (account: Account, InstanceId: string) =>
  shown(account, { InstanceIds: [InstanceId] })[0].State;

describe('an instance', () => {
  it('boots, passes its checks and shuts down, each after the middle of its duration, and each state is told', () => {
    const account = open();
    const one = account.run(DATA);
    expect(stateOf(account, one)).toEqual({ Code: 0, Name: 'pending' });
    account.advance(39.999);
    expect(account.health(one)).toMatchObject({ state: 'pending', passed: false });
    account.advance(0.001);
    expect(stateOf(account, one)).toEqual({ Code: 16, Name: 'running' });
    account.advance(89.999);
    expect(account.health(one)).toMatchObject({ state: 'running', passed: false });
    account.advance(0.001);
    expect(account.health(one)).toEqual({ state: 'running', passed: true });
    expect(account.isSettled).toBe(true);

    account.call('Terminate', { id: one }, 'launcher');
    expect(stateOf(account, one)).toEqual({ Code: 32, Name: 'shutting-down' });
    expect(account.health(one).passed).toBe(false);
    account.advance(10);
    account.call('Terminate', { id: one }, 'launcher');
    account.advance(30);
    expect(stateOf(account, one)).toEqual({ Code: 48, Name: 'terminated' });
    expect(account.isSettled).toBe(true);
    expect(account.events.map(({ detail }) => detail)).toEqual(
      ['pending', 'running', 'shutting-down', 'terminated'].map((state) => ({
        'instance-id': one,
        state,
      })),
    );
    expect(account.events[0]).toMatchObject({
      source: 'aws.ec2',
      'detail-type': 'EC2 Instance State-change Notification',
      resources: [`arn:aws:ec2:eu-west-1:111122223333:instance/${one}`],
    });
  });

  it('that is terminated while it boots never runs', () => {
    const account = open();
    const one = account.run(DATA);
    account.advance(20);
    account.call('Terminate', { id: one }, 'launcher');
    account.advance(3600);
    expect(account.events.map(({ detail }) => detail.state)).toEqual([
      'pending',
      'shutting-down',
      'terminated',
    ]);
  });

  it('takes the durations of the estate', () => {
    const durations = { ec2: { bootInstance: { seconds: 5 }, checkInstance: { seconds: [4, 8] } } };
    const account = open({ durations });
    const one = account.run(DATA);
    account.advance(5 + 5.999);
    expect(account.health(one)).toMatchObject({ state: 'running', passed: false });
    account.advance(0.001);
    expect(account.health(one)).toMatchObject({ passed: true });
  });

  it('of an image that the estate calls unhealthy runs, but never passes its checks', () => {
    const account = open();
    const one = account.run({ ...DATA, ImageId: BAD });
    account.advance(129.999);
    expect(account.health(one)).toEqual({ state: 'running', passed: false });
    account.advance(0.001);
    const impaired = {
      state: 'running',
      passed: false,
      impairment: 'Instance reachability check failed',
    };
    expect(account.health(one)).toEqual(impaired);
    account.advance(1e6);
    expect(account.health(one)).toEqual(impaired);
    expect(account.cloud.behaviours).toContain('ec2/status-checks');
  });

  it('has what its launch template data and its place say, and tags of both', () => {
    const account = open();
    const one = account.run(
      {
        ...DATA,
        KeyName: 'ops',
        SecurityGroupIds: ['sg-1'],
        IamInstanceProfile: { Arn: 'arn:aws:iam::111122223333:instance-profile/web' },
        Monitoring: { Enabled: true },
        TagSpecifications: [
          {
            ResourceType: 'instance',
            Tags: [
              { Key: 'Name', Value: 'web' },
              { Key: 'a', Value: '1' },
            ],
          },
          { ResourceType: 'volume', Tags: [{ Key: 'v', Value: '1' }] },
        ],
      },
      {
        availabilityZone: 'eu-west-1b',
        subnetId: 'subnet-b',
        tags: { a: '2', 'aws:autoscaling:groupName': 'web' },
      },
    );
    expect(one).toMatch(/^i-[0-9a-f]{17}$/);
    expect(shown(account)).toEqual([
      {
        InstanceId: one,
        ImageId: GOOD,
        InstanceType: 'm6i.large',
        LaunchTime: new Date(account.now),
        State: { Code: 0, Name: 'pending' },
        Placement: { Tenancy: 'default', AvailabilityZone: 'eu-west-1b' },
        SubnetId: 'subnet-b',
        Architecture: 'x86_64',
        VirtualizationType: 'hvm',
        RootDeviceType: 'ebs',
        RootDeviceName: '/dev/xvda',
        AmiLaunchIndex: 0,
        EbsOptimized: false,
        Monitoring: { State: 'enabled' },
        KeyName: 'ops',
        SecurityGroups: [{ GroupId: 'sg-1' }],
        IamInstanceProfile: { Arn: 'arn:aws:iam::111122223333:instance-profile/web' },
        Tags: [
          { Key: 'Name', Value: 'web' },
          { Key: 'a', Value: '2' },
          { Key: 'aws:autoscaling:groupName', Value: 'web' },
        ],
      },
    ]);
  });

  it('gets an id of its own, the same in every rehearsal', () => {
    const launch = () => {
      const account = open();
      const many = Array.from({ length: 20 }, () => account.run(DATA));
      account.advance(1);
      return [...many, account.run(DATA)];
    };
    expect(new Set(launch()).size).toBe(21);
    expect(launch()).toEqual(launch());
  });

  it.each([
    [{ ImageId: id(9) }, `InvalidAMIID.NotFound: The image id '[${id(9)}]' does not exist`],
    [{ ImageId: id(7) }, `InvalidAMIID.NotFound: The image id '[${id(7)}]' does not exist`],
    [
      { ImageId: id(6) },
      `InvalidAMIID.Unavailable: The image ID '${id(6)}' is no longer available`,
    ],
    [
      { ImageId: id(10) },
      `InvalidAMIID.Unavailable: The image ID '${id(10)}' is no longer available`,
    ],
    [{ ImageId: '{"image_id":"x"}' }, 'InvalidAMIID.Malformed'],
    [{ ImageId: undefined }, 'MissingParameter: The request must contain the parameter ImageId'],
    [
      { InstanceType: undefined },
      'MissingParameter: The request must contain the parameter InstanceType',
    ],
    [{ ImageId: NONE }, 'Unsupported: No way.'],
    [
      { ImageId: id(4) },
      "InvalidParameterValue: The architecture 'x86_64' of the specified instance type does not match the architecture 'arm64' of the specified AMI.",
    ],
    [
      { ImageId: id(5) },
      "InvalidParameterCombination: Virtualization type 'hvm' is required for instances of type 'm6i.large'.",
    ],
    [
      { InstanceRequirements: {} },
      'NotImplemented: The rehearsal does not implement InstanceRequirements of a launch.',
    ],
  ])('is not launched with %j', (data, refusal) => {
    const account = open();
    const input = { data: { ...DATA, ...data }, where: { availabilityZone: 'eu-west-1a' } };
    expect(account.refusal('Run', input, 'launcher')).toMatch(refusal);
    expect(account.events).toEqual([]);
  });

  it.each([
    ['t4g.micro', 'arm64', true],
    ['m7gd.large', 'arm64', true],
    ['im4gn.xlarge', 'arm64', true],
    ['a1.large', 'arm64', true],
    ['g5g.xlarge', 'arm64', true],
    ['g5.xlarge', 'arm64', false],
    ['g4dn.xlarge', 'x86_64', true],
    ['m6i.large', 'x86_64', true],
    ['c7gn.large', 'x86_64', false],
    ['c3.large', 'i386', true],
  ])('of type %s fits an image for %s: %s', (InstanceType, Architecture, fits) => {
    const account = new Account({ ec2: { images: [image(GOOD, { Architecture })] } });
    const run = () => account.run({ ...DATA, InstanceType });
    if (fits) expect(run()).toMatch(/^i-/);
    else expect(run).toThrow('does not match the architecture');
  });

  it('is still launched from a deprecated image', () => {
    expect(open().run({ ...DATA, ImageId: id(8) })).toMatch(/^i-/);
  });

  it('that is not there cannot be terminated', () => {
    expect(open().refusal('Terminate', { id: 'i-00000000000000009' }, 'launcher')).toBe(
      "InvalidInstanceID.NotFound: The instance ID 'i-00000000000000009' does not exist",
    );
  });
});

describe('DescribeInstances', () => {
  const one = 'i-00000000000000001';
  const two = 'i-00000000000000002';
  const given = {
    ec2: {
      images: [image(GOOD), image(BAD)],
      instances: [
        instance(one, { Tags: [{ Key: 'aws:autoscaling:groupName', Value: 'web' }] }),
        instance(two, { ImageId: BAD, State: { Code: 0, Name: 'pending' } }),
      ],
    },
  };

  it('gives a reservation for each, as a group launches them', () => {
    expect(new Account(given).call('DescribeInstances', { InstanceIds: [one] })).toEqual({
      Reservations: [
        {
          ReservationId: 'r-00000000000000001',
          OwnerId: '111122223333',
          Groups: [],
          Instances: [
            { ...given.ec2.instances[0], LaunchTime: new Date('2026-01-11T00:00:00.000Z') },
          ],
        },
      ],
    });
  });

  it.each([
    [{ Filters: [{ Name: 'image-id', Values: [BAD] }] }, [two]],
    [{ Filters: [{ Name: 'instance-state-name', Values: ['running'] }] }, [one]],
    [{ Filters: [{ Name: 'instance-state-code', Values: ['0'] }] }, [two]],
    [{ Filters: [{ Name: 'tag:aws:autoscaling:groupName', Values: ['web'] }] }, [one]],
    [{ Filters: [{ Name: 'availability-zone', Values: ['*a'] }] }, [one, two]],
    [{ Filters: [{ Name: 'vpc-id', Values: ['*'] }] }, []],
    [{ InstanceIds: [two, two] }, [two]],
  ])('finds with %j what fits', (input, expected) => {
    const found = shown(new Account(given), input);
    expect(found.map(({ InstanceId }: { InstanceId: string }) => InstanceId)).toEqual(expected);
  });

  it.each([
    [
      { InstanceIds: [one, 'i-00000000000000008', 'i-00000000000000009'] },
      "InvalidInstanceID.NotFound: The instance IDs 'i-00000000000000008, i-00000000000000009' do not exist",
    ],
    [{ InstanceIds: ['web'] }, 'InvalidInstanceID.Malformed: Invalid id: "web"'],
    [
      { InstanceIds: [one], MaxResults: 5 },
      'InvalidParameterCombination: The parameter instancesSet cannot be used with the parameter maxResults',
    ],
    [{ MaxResults: 4 }, 'InvalidMaxResults'],
    [
      { Filters: [{ Name: 'dns-name', Values: ['x'] }] },
      'NotImplemented: The rehearsal does not implement the filter dns-name of ec2:DescribeInstances.',
    ],
  ])('refuses %j', (input, refusal) => {
    expect(new Account(given).refusal('DescribeInstances', input)).toMatch(refusal);
  });

  it('shows a terminated instance for an hour, and nothing is kept of it afterwards', () => {
    const account = new Account(given);
    account.call('Terminate', { id: one }, 'launcher');
    account.advance(40 + 3599);
    expect(shown(account)).toHaveLength(2);
    account.advance(1);
    expect(shown(account)).toHaveLength(1);
    expect(account.refusal('DescribeInstances', { InstanceIds: [one] })).toMatch('NotFound');
    account.run({ ImageId: GOOD, InstanceType: 'm6i.large' });
    account.advance(60);
    expect(
      Object.keys((account.cloud.save().services.ec2 as { instances: object }).instances),
    ).not.toContain(one);
  });
});

describe('the estate', () => {
  const states = ['pending', 'running', 'shutting-down', 'terminated'];
  const instances = states.map((Name, index) =>
    instance(`i-0000000000000000${index}`, { ImageId: BAD, State: { Code: 0, Name } }),
  );

  it('may have instances in every state but stopped, and those of an unhealthy image are impaired', () => {
    const account = open({ ec2: { ...estate.ec2, instances } });
    const health = () => instances.map(({ InstanceId }) => account.health(InstanceId));
    expect(health().map(({ state }) => state)).toEqual(states);
    expect(health()[1].impairment).toBe('Instance reachability check failed');
    account.advance(40);
    expect(health().map(({ state }) => state)).toEqual([
      'running',
      'running',
      'terminated',
      'terminated',
    ]);
    expect(health()[0].impairment).toBeUndefined();
    account.advance(90);
    expect(health()[0].impairment).toBe('Instance reachability check failed');
    const stopped = instance('i-00000000000000009', { State: { Code: 80, Name: 'stopped' } });
    expect(() => open({ ec2: { instances: [stopped] } })).toThrow(
      'EC2: i-00000000000000009 is stopped, which is not emulated',
    );
  });

  it('that is written goes on where it stopped', () => {
    const account = open({ ec2: { ...estate.ec2, launchTemplates: [template([DATA])] } });
    const gone = account.run(DATA);
    account.advance(1000);
    account.call('Terminate', { id: gone }, 'launcher');
    account.call('CreateLaunchTemplateVersion', {
      LaunchTemplateId: WEB,
      LaunchTemplateData: DATA,
    });
    account.call('DeleteLaunchTemplateVersions', { LaunchTemplateId: WEB, Versions: ['2'] });
    account.call('CreateLaunchTemplateVersion', {
      LaunchTemplateId: WEB,
      LaunchTemplateData: DATA,
    });
    account.advance(4000);
    const stays = account.run(DATA);
    const bad = account.run({ ...DATA, ImageId: BAD });
    account.advance(1000);
    const written = JSON.parse(JSON.stringify(account.cloud.toEstate()));
    expect(
      written.ec2.instances.map(({ InstanceId }: { InstanceId: string }) => InstanceId),
    ).toEqual([stays, bad]);
    const again = new Account(written);
    expect(JSON.parse(JSON.stringify(again.cloud.toEstate()))).toEqual(written);
    expect(again.call('DescribeLaunchTemplates')).toEqual(account.call('DescribeLaunchTemplates'));
    expect(again.health(stays)).toEqual({ state: 'running', passed: true });
    expect(again.health(bad)).toMatchObject({ impairment: 'Instance reachability check failed' });
  });

  it('that is written has no instance that is no longer shown', () => {
    const account = open();
    const one = account.run(DATA);
    account.advance(1000);
    account.call('Terminate', { id: one }, 'launcher');
    const written = () => account.cloud.toEstate().ec2.instances.length;
    account.advance(3639);
    expect(written()).toBe(1);
    account.advance(1);
    expect(written()).toBe(0);
  });

  it('without EC2 is written without it', () => {
    expect(new Account({}).cloud.toEstate()).not.toHaveProperty('ec2');
    expect(new Account({ ec2: { images: [] } }).cloud.toEstate().ec2).toEqual({
      images: [],
      instances: [],
      launchTemplates: [],
    });
  });
});
