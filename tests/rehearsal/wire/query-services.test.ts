import {
  AutoScalingClient,
  DescribeAutoScalingGroupsCommand,
  InstanceRefreshInProgressFault,
  SetDesiredCapacityCommand,
  StartInstanceRefreshCommand,
} from '@aws-sdk/client-auto-scaling';
import {
  CreateImageCommand,
  DeregisterImageCommand,
  DescribeImagesCommand,
  EC2Client,
  EC2ServiceException,
} from '@aws-sdk/client-ec2';
import { InvalidParameterException, PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { AwsError } from '../../../rehearsal/services/service';
import { Backend, plain, rejection } from './support';

const backend = new Backend();
beforeAll(() => backend.start());
afterAll(() => backend.stop());
beforeEach(() => backend.reset());

/** A form as no SDK would send it. */
async function post(service: string, form: Record<string, string>): Promise<string> {
  const reply = await fetch(backend.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      authorization: `AWS4-HMAC-SHA256 Credential=A/20310506/eu-central-1/${service}/aws4_request`,
    },
    body: new URLSearchParams(form).toString(),
  });
  return reply.text();
}

describe('EC2', () => {
  const client = () => new EC2Client(backend.client);

  test('filters go in and images come out, nested, escaped and empty', async () => {
    const images = {
      Images: [
        {
          ImageId: 'ami-1',
          Name: `<golden> & "linux" 'x'`,
          Description: '',
          CreationDate: '2031-01-01T00:00:00.000Z',
          Public: false,
          EnaSupport: true,
          Tags: [{ Key: 'Owner', Value: '' }],
          ProductCodes: [],
          BlockDeviceMappings: [
            {
              DeviceName: '/dev/xvda',
              Ebs: { SnapshotId: 'snap-1', VolumeSize: 8, Encrypted: true },
            },
            { DeviceName: '/dev/xvdb', VirtualName: 'ephemeral0' },
          ],
        },
      ],
    };
    backend.returns(images);
    const input = {
      Owners: ['self'],
      Filters: [
        { Name: 'name', Values: ['a b', 'ü&='] },
        { Name: 'state', Values: ['available'] },
      ],
      IncludeDeprecated: true,
      MaxResults: 10,
    };
    expect(plain(await client().send(new DescribeImagesCommand(input)))).toEqual(images);
    expect(backend.input).toEqual(input);
  });

  test('items of a list come in the order of their numbers', async () => {
    backend.returns({ Images: [] });
    const form = {
      Action: 'DescribeImages',
      'ImageId.10': 'j',
      'ImageId.2': 'b',
      'ImageId.1': 'a',
    };
    expect(await post('ec2', form)).toContain('<imagesSet></imagesSet>');
    expect(backend.input).toEqual({ ImageIds: ['a', 'b', 'j'] });
  });

  test('no images are an empty list, and a scalar answer is read', async () => {
    backend.returns({ Images: [] });
    expect(plain(await client().send(new DescribeImagesCommand({})))).toEqual({ Images: [] });
    backend.returns({ Return: true });
    const output = await client().send(new DeregisterImageCommand({ ImageId: 'ami-1' }));
    expect(plain(output)).toEqual({ Return: true });
  });

  test('an error has the name that EC2 gives, dots included', async () => {
    backend.throws(new AwsError('InvalidAMIID.NotFound', "The image id '[ami-0]' does not exist"));
    const error = await rejection(
      client().send(new DescribeImagesCommand({ ImageIds: ['ami-0'] })),
    );
    expect(error).toBeInstanceOf(EC2ServiceException);
    expect(error).toMatchObject({
      name: 'InvalidAMIID.NotFound',
      message: "The image id '[ami-0]' does not exist",
      $metadata: { httpStatusCode: 400 },
    });
  });

  test('a missing parameter is refused by the name that EC2 has for it', async () => {
    const error = await rejection(
      client().send(new CreateImageCommand({ InstanceId: 'i-1', Name: undefined })),
    );
    expect(error).toMatchObject({
      name: 'MissingParameter',
      message: 'The request must contain the parameter Name',
    });
  });

  test.each([
    [{ Action: 'DescribeImages', Imageid: 'x' }, 'UnknownParameter'],
    [{ Action: 'DescribeImages', MaxResults: 'ten' }, 'InvalidParameterValue'],
    [{ Action: 'DescribeImages', IncludeDeprecated: 'yes' }, 'InvalidParameterValue'],
    [{ Action: 'DescribeImages', 'Filter.x.Name': 'y' }, 'InvalidParameterValue'],
    [{ Action: 'DescribePictures' }, 'InvalidAction'],
  ])('%j is refused', async (form, code) => {
    expect(await post('ec2', form)).toContain(`<Code>${code}</Code>`);
    expect(backend.calls).toEqual([]);
  });
});

describe('Auto Scaling', () => {
  const client = () => new AutoScalingClient(backend.client);

  test('groups keep dates, numbers, empty and nested lists', async () => {
    const groups = {
      AutoScalingGroups: [
        {
          AutoScalingGroupName: 'web',
          MinSize: 0,
          MaxSize: 4,
          DesiredCapacity: 2,
          DefaultCooldown: 300,
          AvailabilityZones: ['eu-central-1a', 'eu-central-1b'],
          LoadBalancerNames: [],
          HealthCheckType: 'EC2',
          CreatedTime: new Date('2030-12-24T18:00:00.250Z'),
          VPCZoneIdentifier: 'subnet-1,subnet-2',
          MixedInstancesPolicy: {
            LaunchTemplate: { Overrides: [{ InstanceType: 'm7i.large', WeightedCapacity: '1' }] },
          },
          Instances: [
            {
              InstanceId: 'i-1',
              AvailabilityZone: 'eu-central-1a',
              LifecycleState: 'InService',
              HealthStatus: 'Healthy',
              ProtectedFromScaleIn: false,
            },
          ],
        },
      ],
    };
    backend.returns(groups);
    const input = { AutoScalingGroupNames: ['web'], Filters: [{ Name: 'tag:a', Values: ['b'] }] };
    expect(plain(await client().send(new DescribeAutoScalingGroupsCommand(input)))).toEqual(groups);
    expect(backend.input).toEqual(input);
  });

  test('an empty list in a request is an empty list', async () => {
    backend.returns({ AutoScalingGroups: [] });
    await client().send(new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [] }));
    expect(backend.input).toEqual({ AutoScalingGroupNames: [] });
  });

  test('zero and false are values', async () => {
    const input = { AutoScalingGroupName: 'web', DesiredCapacity: 0, HonorCooldown: false };
    await client().send(new SetDesiredCapacityCommand(input));
    expect(backend.input).toEqual(input);
  });

  test.each(['InstanceRefreshInProgress', 'InstanceRefreshInProgressFault'])(
    'the query code stands for the class, given as %s',
    async (code) => {
      backend.throws(new AwsError(code, 'An Instance Refresh is already in progress'));
      const error = await rejection(
        client().send(new StartInstanceRefreshCommand({ AutoScalingGroupName: 'web' })),
      );
      expect(error).toBeInstanceOf(InstanceRefreshInProgressFault);
      expect(error.Code).toBe('InstanceRefreshInProgress');
      expect(error.message).toBe('An Instance Refresh is already in progress');
    },
  );

  test('a missing member and an unreadable number are refused', async () => {
    const error = await rejection(
      client().send(
        new SetDesiredCapacityCommand({ AutoScalingGroupName: 'web', DesiredCapacity: undefined }),
      ),
    );
    expect(error).toMatchObject({
      name: 'ValidationError',
      message:
        "1 validation error detected: Value null at 'desiredCapacity' failed to satisfy constraint: Member must not be null",
    });
    const form = {
      Action: 'SetDesiredCapacity',
      AutoScalingGroupName: 'web',
      DesiredCapacity: 'two',
    };
    expect(await post('autoscaling', form)).toContain('<Code>MalformedInput</Code>');
    expect(backend.calls).toEqual([]);
  });
});

describe('SNS', () => {
  const client = () => new SNSClient(backend.client);

  test('message attributes are a map with binary values', async () => {
    backend.returns({ MessageId: 'm-1' });
    const input = {
      TopicArn: 'arn:aws:sns:eu-central-1:111122223333:runs',
      Subject: 'Done',
      Message: 'two\nlines & more',
      MessageAttributes: {
        'run.id': { DataType: 'String', StringValue: '1' },
        raw: { DataType: 'Binary', BinaryValue: new Uint8Array([1, 2, 255]) },
      },
    };
    expect(plain(await client().send(new PublishCommand(input)))).toEqual({ MessageId: 'm-1' });
    const attributes = backend.input.MessageAttributes;
    expect([...attributes.raw.BinaryValue]).toEqual([1, 2, 255]);
    expect(attributes['run.id']).toEqual(input.MessageAttributes['run.id']);
    expect(backend.input.Message).toBe('two\nlines & more');
  });

  test('a refused message is raised as its class', async () => {
    backend.throws(new AwsError('InvalidParameter', 'Invalid parameter: Subject'));
    const error = await rejection(client().send(new PublishCommand({ Message: 'x' })));
    expect(error).toBeInstanceOf(InvalidParameterException);
  });
});

test('STS: the caller is told who it is', async () => {
  const identity = {
    UserId: 'AROA:me',
    Account: '111122223333',
    Arn: 'arn:aws:sts::111122223333:x',
  };
  backend.returns(identity);
  const output = await new STSClient(backend.client).send(new GetCallerIdentityCommand({}));
  expect(plain(output)).toEqual(identity);
  expect(backend.calls[0]).toMatchObject({ service: 'sts', operation: 'GetCallerIdentity' });
});
