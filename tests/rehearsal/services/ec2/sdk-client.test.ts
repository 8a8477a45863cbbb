import {
  CreateLaunchTemplateVersionCommand,
  DeleteLaunchTemplateVersionsCommand,
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeLaunchTemplatesCommand,
  EC2Client,
  EC2ServiceException,
  ModifyLaunchTemplateCommand,
  paginateDescribeLaunchTemplateVersions,
  waitUntilInstanceRunning,
} from '@aws-sdk/client-ec2';
import { ec2 } from '../../../../rehearsal/services/ec2';
import { fromSdkCasing, toSdkCasing } from '../../../../rehearsal/wire/sdk-parameters';
import { startWireServer, type WireServer } from '../../../../rehearsal/wire/server';
import { Account, image, instance, START, template, WEB } from './support';

const AMI = 'ami-00000000000000001';
const data = {
  ImageId: AMI,
  InstanceType: 'm6i.large',
  EbsOptimized: true,
  UserData: 'IyEvYmluL3No',
  BlockDeviceMappings: [
    { DeviceName: '/dev/xvda', Ebs: { SnapshotId: 'snap-1', VolumeSize: 30, Encrypted: true } },
  ],
  NetworkInterfaces: [{ DeviceIndex: 0, Groups: ['sg-1'], AssociatePublicIpAddress: false }],
  TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'Name', Value: 'web' }] }],
  MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 2 },
};

let account: Account;
let server: WireServer;
let client: EC2Client;
const defects: string[] = [];

beforeEach(async () => {
  account = new Account({
    ec2: {
      images: [
        image(AMI, {
          Public: false,
          ImageOwnerAlias: 'self',
          DeprecationTime: '2028-01-10T00:00:00.000Z',
          BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { SnapshotId: 'snap-1' } }],
          Tags: [{ Key: 'Stage', Value: 'prod' }],
        }),
      ],
      instances: [instance('i-00000000000000001', { State: { Code: 0, Name: 'pending' } })],
      launchTemplates: [template([data])],
    },
  });
  server = await startWireServer({
    services: [ec2],
    onCall: async ({ operation, input }) => account.answer(operation, input),
    now: () => account.now,
    onDefect: (error, place) => defects.push(`${place}: ${error.message}`),
  });
  client = new EC2Client({
    endpoint: server.url,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
});

afterEach(async () => {
  client.destroy();
  await server.close();
  expect(defects).toEqual([]);
});

it('an image arrives whole, its times as texts', async () => {
  const { Images } = await client.send(
    new DescribeImagesCommand({
      ImageIds: [AMI],
      Owners: ['self'],
      Filters: [{ Name: 'tag:Stage', Values: ['pr*'] }],
    }),
  );
  expect(JSON.parse(JSON.stringify(Images))).toEqual(
    account.call('DescribeImages', { ImageIds: [AMI] }).Images,
  );
  expect(Images?.[0]?.CreationDate).toBe('2026-01-10T00:00:00.000Z');
});

it('a waiter sees an instance run, launched at a date', async () => {
  account.advance(60);
  const InstanceIds = ['i-00000000000000001'];
  const waited = await waitUntilInstanceRunning({ client, maxWaitTime: 30 }, { InstanceIds });
  expect(waited.state).toBe('SUCCESS');
  const { Reservations } = await client.send(new DescribeInstancesCommand({ InstanceIds }));
  expect(Reservations?.[0]?.Instances?.[0]).toMatchObject({
    State: { Code: 16, Name: 'running' },
    LaunchTime: new Date('2026-01-11T00:00:00.000Z'),
    Placement: { AvailabilityZone: 'eu-west-1a' },
  });
});

it('a version is made from another, becomes the default, and the old one goes', async () => {
  const named = { LaunchTemplateId: WEB };
  const { LaunchTemplateVersion } = await client.send(
    new CreateLaunchTemplateVersionCommand({
      ...named,
      SourceVersion: '1',
      LaunchTemplateData: {
        ImageId: 'ami-00000000000000002',
        InstanceMarketOptions: {
          MarketType: 'spot',
          SpotOptions: { ValidUntil: new Date('2026-03-01T00:00:00.000Z') },
        },
      },
    }),
  );
  expect(LaunchTemplateVersion).toMatchObject({
    ...named,
    VersionNumber: 2,
    CreateTime: new Date(START),
    DefaultVersion: false,
    LaunchTemplateData: {
      ...data,
      ImageId: 'ami-00000000000000002',
      BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { VolumeSize: 30, Encrypted: true } }],
      InstanceMarketOptions: {
        SpotOptions: { ValidUntil: new Date('2026-03-01T00:00:00.000Z') },
      },
    },
  });
  await client.send(new ModifyLaunchTemplateCommand({ ...named, DefaultVersion: '2' }));
  const deleted = await client.send(
    new DeleteLaunchTemplateVersionsCommand({ ...named, Versions: ['1', '2'] }),
  );
  expect(deleted.SuccessfullyDeletedLaunchTemplateVersions).toEqual([
    { ...named, LaunchTemplateName: 'web', VersionNumber: 1 },
  ]);
  expect(deleted.UnsuccessfullyDeletedLaunchTemplateVersions).toMatchObject([
    { VersionNumber: 2, ResponseError: { Code: 'unexpectedError' } },
  ]);
  const { LaunchTemplates } = await client.send(
    new DescribeLaunchTemplatesCommand({ LaunchTemplateNames: ['web'] }),
  );
  expect(LaunchTemplates).toMatchObject([
    { DefaultVersionNumber: 2, LatestVersionNumber: 2, CreateTime: expect.any(Date) },
  ]);
});

it('the paginator gets every version once', async () => {
  for (let index = 0; index < 4; index += 1) {
    await client.send(
      new CreateLaunchTemplateVersionCommand({
        LaunchTemplateName: 'web',
        LaunchTemplateData: { ImageId: AMI },
      }),
    );
  }
  const numbers: (number | undefined)[] = [];
  const pages = paginateDescribeLaunchTemplateVersions(
    { client, pageSize: 2 },
    { LaunchTemplateName: 'web' },
  );
  for await (const { LaunchTemplateVersions = [] } of pages) {
    numbers.push(...LaunchTemplateVersions.map(({ VersionNumber }) => VersionNumber));
  }
  expect(numbers).toEqual([5, 4, 3, 2, 1]);
});

it('sends a token of its own where none is given, so that only a retry is the same request', async () => {
  const command = () =>
    new CreateLaunchTemplateVersionCommand({
      LaunchTemplateId: WEB,
      LaunchTemplateData: { ImageId: AMI },
    });
  await client.send(command());
  const { LaunchTemplateVersion } = await client.send(command());
  expect(LaunchTemplateVersion?.VersionNumber).toBe(3);
  expect(account.trace.calls[0]?.input.ClientToken).toMatch(/^[0-9a-f-]{36}$/);
});

it('an error arrives with its code', async () => {
  const failing = [
    client.send(new DescribeImagesCommand({ ImageIds: ['ami-00000000000000009'] })),
    client.send(new ModifyLaunchTemplateCommand({ LaunchTemplateId: WEB, DefaultVersion: '9' })),
    client.send(new DescribeImagesCommand({ DryRun: true })),
    client.send(
      new CreateLaunchTemplateVersionCommand({ LaunchTemplateId: WEB, LaunchTemplateData: {} }),
    ),
  ];
  const errors = await Promise.all(
    failing.map((call) =>
      call.then(
        () => undefined,
        (error) => error,
      ),
    ),
  );
  expect(errors.every((error) => error instanceof EC2ServiceException)).toBe(true);
  expect(errors.map(({ name, $metadata }) => [name, $metadata.httpStatusCode])).toEqual([
    ['InvalidAMIID.NotFound', 400],
    ['InvalidLaunchTemplateId.VersionNotFound', 400],
    ['DryRunOperation', 412],
    ['MissingParameter', 400],
  ]);
});

it('a state machine gets the same through the SDK integration', () => {
  const { input, errors } = toSdkCasing('@aws-sdk/client-ec2', 'DescribeImages', {
    ImageIds: [AMI],
  });
  expect(errors).toEqual([]);
  const output = account.call('DescribeImages', input);
  expect(fromSdkCasing('@aws-sdk/client-ec2', 'DescribeImages', output).Images).toMatchObject([
    { ImageId: AMI, PublicLaunchPermissions: false, CreationDate: '2026-01-10T00:00:00.000Z' },
  ]);
  const templates = account.call('DescribeLaunchTemplates');
  expect(
    fromSdkCasing('@aws-sdk/client-ec2', 'DescribeLaunchTemplates', templates).LaunchTemplates,
  ).toMatchObject([{ LaunchTemplateId: WEB, CreateTime: '2025-06-01T00:00:00Z' }]);
});
