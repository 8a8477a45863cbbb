import { BAD, DATA, GOOD, id, NONE, open, shown } from './instance-support';
import { Account, image } from './support';

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
