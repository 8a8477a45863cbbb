import {
  AppStream,
  IncompatibleImageException,
  ResourceInUseException,
} from '@aws-sdk/client-appstream';
import { MessageRejected, SESv2 } from '@aws-sdk/client-sesv2';
import { NotFoundException, SNS } from '@aws-sdk/client-sns';

import * as schema from '../../../rehearsal/schemas/estate.schema.json';
import { appstream } from '../../../rehearsal/services/appstream';
import { AwsError, type Json, type Service } from '../../../rehearsal/services/service';
import { sesv2 } from '../../../rehearsal/services/sesv2';
import { sns } from '../../../rehearsal/services/sns';
import { startWireServer, type WireServer } from '../../../rehearsal/wire/server';
import { createBench, deployed, type Bench } from './support';

const arn = 'arn:aws:appstream:eu-west-1:111122223333:image';
const TopicArn = 'arn:aws:sns:eu-west-1:111122223333:runs';

const everything = {
  Name: 'a',
  Arn: `${arn}/a`,
  State: 'AVAILABLE',
  StateChangeReason: { Code: 'INTERNAL_ERROR', Message: 'm' },
  Visibility: 'PRIVATE',
  CreatedTime: '2026-01-01T00:00:00.000Z',
  Platform: 'WINDOWS_SERVER_2022',
  DisplayName: 'A',
  Description: 'd',
  BaseImageArn: 'arn:aws:appstream:eu-west-1::image/base',
  PublicBaseImageReleasedDate: '2025-12-01T00:00:00.000Z',
  ImageBuilderName: 'b',
  ImageBuilderSupported: true,
  Applications: [
    {
      Name: 'n',
      Enabled: true,
      CreatedTime: '2026-01-01T00:00:00.000Z',
      Metadata: { k: 'v' },
      IconS3Location: { S3Bucket: 'b', S3Key: 'k' },
      Platforms: ['WINDOWS'],
    },
  ],
  AppstreamAgentVersion: '1',
  LatestAppstreamAgentVersion: 'TRUE',
  SupportedInstanceFamilies: ['GENERAL_PURPOSE'],
  DynamicAppProvidersEnabled: 'DISABLED',
  ImageSharedWithOthers: 'TRUE',
  ManagedSoftwareIncluded: false,
  ImageType: 'NATIVE',
  ImagePermissions: { allowFleet: true, allowImageBuilder: false },
  ImageErrors: [
    {
      ErrorCode: 'INTERNAL_SERVICE_ERROR',
      ErrorMessage: 'm',
      ErrorTimestamp: '2026-01-01T00:00:00.000Z',
    },
  ],
};

const estate = {
  appstream: {
    images: [
      everything,
      { ...everything, Name: 'linux', Arn: `${arn}/linux`, Platform: 'AMAZON_LINUX2' },
    ],
    imageBuilders: [{ Name: 'mine', State: 'RUNNING', CreatedTime: '2026-01-01T00:00:00.000Z' }],
    fleets: [
      {
        Name: 'desks',
        Arn: 'arn:aws:appstream:eu-west-1:111122223333:fleet/desks',
        InstanceType: 'stream.standard.medium',
        State: 'RUNNING',
        ComputeCapacityStatus: { Desired: 2 },
      },
    ],
  },
  ses: { sandbox: false, identities: [{ IdentityName: 'a@b.org', VerificationStatus: 'SUCCESS' }] },
};

let server: WireServer;
const defects: string[] = [];

beforeAll(async () => {
  const resources = [deployed('aws:sns/topic:Topic', { arn: TopicArn })];
  const services: readonly Service<Json>[] = [appstream, sesv2, sns];
  const benches = new Map<string, Bench>(
    services.map((service) => [service.id, createBench(service, estate, { resources })]),
  );
  server = await startWireServer({
    services,
    onCall: async ({ service, operation, input }) => {
      try {
        return { output: benches.get(service)?.call(operation, input) };
      } catch (error) {
        if (error instanceof AwsError) return { error };
        throw error;
      }
    },
    now: () => Date.parse('2026-02-01T12:00:00Z'),
    onDefect: (error, place) => defects.push(`${place}: ${error.message}`),
  });
});

afterAll(async () => {
  await server.close();
  expect(defects).toEqual([]);
});

const options = () => ({
  endpoint: server.url,
  region: 'eu-west-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
});

test('AppStream: every member that an estate can give an image arrives', async () => {
  const elsewhere = ['Tags', 'canUpdateImage', 'SharedImagePermissionsList'];
  const members = Object.keys(schema.$defs.image.properties);
  expect([...Object.keys(everything), ...elsewhere].sort()).toEqual(members.sort());

  const { Images } = await new AppStream(options()).describeImages({ Names: ['a'] });
  expect(JSON.parse(JSON.stringify(Images?.[0]))).toEqual(everything);
  expect(Images?.[0]?.CreatedTime).toBeInstanceOf(Date);
});

test('AppStream: an update, tags and an error arrive', async () => {
  const client = new AppStream(options());
  const update = { existingImageName: 'a', newImageName: 'a-2', newImageTags: { Owner: 'me' } };
  expect((await client.createUpdatedImage({ ...update, dryRun: true })).canUpdateImage).toBe(true);
  expect((await client.createUpdatedImage(update)).image?.State).toBe('PENDING');

  await client.tagResource({ ResourceArn: `${arn}/a`, Tags: { Team: 'x', Stage: 'y' } });
  await client.untagResource({ ResourceArn: `${arn}/a`, TagKeys: ['Stage'] });
  const { Tags } = await client.listTagsForResource({ ResourceArn: `${arn}/a` });
  expect(Tags).toEqual({ Team: 'x' });

  await expect(
    client.createUpdatedImage({ ...update, existingImageName: 'linux', newImageName: 'l-2' }),
  ).rejects.toBeInstanceOf(IncompatibleImageException);
});

test('AppStream: permissions, builders, fleets and a deletion arrive', async () => {
  const client = new AppStream(options());
  const allowed = { allowFleet: true, allowImageBuilder: false };
  const SharedAccountId = '222233334444';
  await client.updateImagePermissions({
    Name: 'a',
    SharedAccountId,
    ImagePermissions: allowed,
  });
  const { Name, SharedImagePermissionsList } = await client.describeImagePermissions({ Name: 'a' });
  expect([Name, SharedImagePermissionsList]).toEqual([
    'a',
    [{ sharedAccountId: SharedAccountId, imagePermissions: allowed }],
  ]);
  await expect(client.deleteImage({ Name: 'a' })).rejects.toBeInstanceOf(ResourceInUseException);
  await client.deleteImagePermissions({ Name: 'a', SharedAccountId });

  const { ImageBuilders } = await client.describeImageBuilders({ Names: ['mine'] });
  expect(ImageBuilders?.[0]).toMatchObject({ Name: 'mine', CreatedTime: expect.any(Date) });
  const { Fleets } = await client.describeFleets({});
  expect(Fleets?.[0]).toMatchObject({ Name: 'desks', ComputeCapacityStatus: { Desired: 2 } });
  const { Image } = await client.deleteImage({ Name: 'linux' });
  expect(Image).toMatchObject({ Name: 'linux', State: 'DELETING', CreatedTime: expect.any(Date) });
});

test('SES: an e-mail is sent, and a rejection arrives', async () => {
  const client = new SESv2(options());
  const email = (from: string) => ({
    FromEmailAddress: from,
    Destination: { ToAddresses: ['team@example.com'] },
    Content: {
      Simple: { Subject: { Data: 's' }, Body: { Text: { Data: 't' }, Html: { Data: '<p>t</p>' } } },
    },
  });
  expect((await client.sendEmail(email('a@b.org'))).MessageId).toMatch(/-1$/);
  await expect(client.sendEmail(email('c@b.org'))).rejects.toBeInstanceOf(MessageRejected);
});

test('SNS: a message is published, and an unknown topic is told', async () => {
  const client = new SNS(options());
  const message = {
    Message: 'm',
    Subject: 's',
    MessageAttributes: { id: { DataType: 'String', StringValue: '1' } },
  };
  expect((await client.publish({ ...message, TopicArn })).MessageId).toMatch(/0001$/);
  await expect(client.publish({ ...message, TopicArn: `${TopicArn}-2` })).rejects.toBeInstanceOf(
    NotFoundException,
  );
});
