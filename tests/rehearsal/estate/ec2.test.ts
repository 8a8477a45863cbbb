import { AMI, EC2, HEAD, problemsOf, readTwice } from './support';

test('images, instances and launch templates get what AWS would show of the rest', () => {
  const { ec2 } = readTwice({
    ec2: {
      images: [
        { ImageId: AMI, RootDeviceName: '/dev/sda1' },
        { ImageId: 'ami-0ccccccc', OwnerId: '591542846629' },
      ],
      instances: [{ InstanceId: 'i-0123456789abcdef0', ImageId: AMI }],
      launchTemplates: EC2.launchTemplates,
    },
  });
  expect(ec2.images[0]).toEqual({
    ImageId: AMI,
    Name: AMI,
    OwnerId: '111122223333',
    State: 'available',
    Public: false,
    CreationDate: '2026-01-20T00:00:00.000Z',
    Architecture: 'x86_64',
    VirtualizationType: 'hvm',
    Hypervisor: 'xen',
    ImageType: 'machine',
    RootDeviceType: 'ebs',
    RootDeviceName: '/dev/sda1',
    BlockDeviceMappings: [
      {
        DeviceName: '/dev/sda1',
        Ebs: {
          SnapshotId: expect.stringMatching(/^snap-[0-9a-f]{17}$/),
          VolumeSize: 8,
          VolumeType: 'gp3',
          DeleteOnTermination: true,
          Encrypted: false,
        },
      },
    ],
  });
  expect(ec2.images[1]).toMatchObject({ OwnerId: '591542846629', Public: true });
  expect(ec2.instances).toEqual([
    {
      InstanceId: 'i-0123456789abcdef0',
      ImageId: AMI,
      InstanceType: 't3.micro',
      LaunchTime: HEAD.capturedAt,
      State: { Code: 16, Name: 'running' },
      Placement: { AvailabilityZone: 'eu-west-1a', Tenancy: 'default' },
      Architecture: 'x86_64',
      VirtualizationType: 'hvm',
      RootDeviceType: 'ebs',
      RootDeviceName: '/dev/sda1',
    },
  ]);
  const LaunchTemplateId = ec2.launchTemplates[0].LaunchTemplateId;
  expect(LaunchTemplateId).toMatch(/^lt-[0-9a-f]{17}$/);
  expect(ec2.launchTemplates).toMatchObject([
    {
      LaunchTemplateName: 'web',
      CreateTime: HEAD.capturedAt,
      CreatedBy: 'arn:aws:iam::111122223333:root',
      DefaultVersionNumber: 1,
      LatestVersionNumber: 2,
      Versions: [
        { LaunchTemplateId, LaunchTemplateName: 'web', VersionNumber: 1, DefaultVersion: true },
        { LaunchTemplateId, LaunchTemplateName: 'web', VersionNumber: 2, DefaultVersion: false },
      ],
    },
  ]);
});

test('the default version is that which says so, and versions are put in order', () => {
  const version = (VersionNumber: number, more = {}) => ({
    VersionNumber,
    LaunchTemplateData: {},
    ...more,
  });
  const Versions = [version(7, { DefaultVersion: true }), version(3), version(5)];
  const { ec2 } = readTwice({
    ec2: { launchTemplates: [{ LaunchTemplateName: 'web', Versions }] },
  });
  const [template] = ec2.launchTemplates;
  expect(template).toMatchObject({ DefaultVersionNumber: 7, LatestVersionNumber: 7 });
  expect(template.Versions.map(({ VersionNumber }: never) => VersionNumber)).toEqual([3, 5, 7]);
});

const template = (more: object) => ({
  launchTemplates: [{ LaunchTemplateName: 'web', Versions: [{ LaunchTemplateData: {} }], ...more }],
});

test.each([
  [
    { images: [{ ImageId: 'ami-1' }] },
    ['ec2.images[0].ImageId is "ami-1"; it must match ^ami-([0-9a-f]{8}|[0-9a-f]{17})$'],
  ],
  [
    { images: [{ ImageId: AMI }, { ImageId: AMI }] },
    [`ec2.images[1].ImageId is "${AMI}", as is ec2.images[0].ImageId`],
  ],
  [
    { images: [{ ImageId: AMI, State: 'avialable' }] },
    [expect.stringMatching(/^ec2\.images\[0\]\.State is "avialable"; did you mean "available"\?/)],
  ],
  [
    { images: [{ ImageId: AMI, Nme: 'x' }] },
    [expect.stringMatching(/^ec2\.images\[0\]\.Nme is unknown; did you mean "Name"\?; allowed: /)],
  ],
  [
    {
      instances: [{ InstanceId: 'i-0123456789abcdef0', ImageId: AMI, State: { Name: 'stopped' } }],
    },
    [
      'ec2.instances[0].State.Name is "stopped"; ' +
        'allowed: pending, running, shutting-down, terminated',
    ],
  ],
  [
    template({ Versions: [] }),
    [expect.stringMatching(/^ec2\.launchTemplates\[0\]\.Versions is \[\]/)],
  ],
  [
    template({
      Versions: [1, 1].map((VersionNumber) => ({ VersionNumber, LaunchTemplateData: {} })),
    }),
    [
      'ec2.launchTemplates[0].Versions[1].VersionNumber is 1, ' +
        'as is ec2.launchTemplates[0].Versions[0].VersionNumber',
    ],
  ],
  [
    template({ DefaultVersionNumber: 2 }),
    ['ec2.launchTemplates[0].DefaultVersionNumber is 2; Versions has 1'],
  ],
  [
    template({ Versions: [{ LaunchTemplateData: { InstanceTypes: 'm6i.large' } }] }),
    [
      expect.stringMatching(
        /^ec2\.launchTemplates\[0\]\.Versions\[0\]\.LaunchTemplateData\.InstanceTypes is unknown; did you mean "InstanceType"\?/,
      ),
    ],
  ],
  [
    template({
      Versions: [{ LaunchTemplateData: { BlockDeviceMappings: [{ Ebs: { VolumeSize: '8' } }] } }],
    }),
    [
      'ec2.launchTemplates[0].Versions[0].LaunchTemplateData.BlockDeviceMappings[0].Ebs.VolumeSize ' +
        'is "8"; it must be number',
    ],
  ],
  [
    template({ CreateTime: 'yesterday' }),
    ['ec2.launchTemplates[0].CreateTime is "yesterday"; it must match format "date-time"'],
  ],
])('%j is refused, naming the key', (ec2, problems) => {
  expect(problemsOf({ ec2 })).toEqual(problems);
});
