import {
  AppStreamClient,
  CreateImageBuilderCommand,
  CreateUpdatedImageCommand,
  DescribeImagesCommand,
  ResourceNotFoundException,
} from '@aws-sdk/client-appstream';
import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  PutItemCommand,
  QueryCommand,
  TransactionCanceledException,
} from '@aws-sdk/client-dynamodb';
import {
  SESv2Client,
  GetContactCommand,
  ListContactsCommand,
  MessageRejected,
  SendEmailCommand,
} from '@aws-sdk/client-sesv2';
import {
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { QueueDoesNotExist, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { GetParameterCommand, ParameterNotFound, SSMClient } from '@aws-sdk/client-ssm';
import { AwsError } from '../../../rehearsal/services/service';
import { Backend, plain, rejection } from './support';

const backend = new Backend();
beforeAll(() => backend.start());
afterAll(() => backend.stop());
beforeEach(() => backend.reset());

describe('AppStream', () => {
  const send = (
    command: CreateUpdatedImageCommand | DescribeImagesCommand | CreateImageBuilderCommand,
  ) => new AppStreamClient(backend.client).send(command as DescribeImagesCommand);

  test('a dry run carries its lower-camel members both ways', async () => {
    backend.returns({ canUpdateImage: true });
    const input = {
      existingImageName: 'Base',
      newImageName: 'Base-2',
      newImageTags: { 'cost:centre': 'a&b', '': 'empty key' },
      dryRun: true,
    };
    const output = await send(new CreateUpdatedImageCommand(input));
    expect(backend.input).toEqual(input);
    expect(plain(output)).toEqual({ canUpdateImage: true });
  });

  test('images keep their dates, lists and nested errors', async () => {
    const images = {
      Images: [
        {
          Name: 'Base',
          CreatedTime: new Date('2030-02-28T23:59:59.123Z'),
          PublicBaseImageReleasedDate: new Date('2030-01-01T00:00:00Z'),
          State: 'FAILED',
          Applications: [],
          ImageErrors: [{ ErrorCode: 'IMAGE_UPDATE_FAILURE', ErrorTimestamp: new Date(0) }],
        },
      ],
      NextToken: 'more',
    };
    backend.returns(images);
    expect(
      plain(await send(new DescribeImagesCommand({ Names: ['Base'], MaxResults: 25 }))),
    ).toEqual(images);
    expect(backend.input).toEqual({ Names: ['Base'], MaxResults: 25 });
  });

  test('a modelled error is raised as its class, with the message and the HTTP status', async () => {
    backend.throws(new AwsError('ResourceNotFoundException', 'No image "Base" <here>', 404));
    const error = await rejection(send(new DescribeImagesCommand({})));
    expect(error).toBeInstanceOf(ResourceNotFoundException);
    expect(error).toMatchObject({
      name: 'ResourceNotFoundException',
      message: 'No image "Base" <here>',
      $metadata: {
        httpStatusCode: 404,
        requestId: expect.stringMatching(/^00000000-ffff-4000-8000-/),
      },
    });
  });

  test('an error that the model does not declare keeps its name', async () => {
    backend.throws(new AwsError('ThrottlingException', 'Rate exceeded'));
    const error = await rejection(send(new DescribeImagesCommand({})));
    expect(error).toMatchObject({ name: 'ThrottlingException', message: 'Rate exceeded' });
  });

  test('missing required members are refused before the service is asked', async () => {
    const error = await rejection(
      send(new CreateImageBuilderCommand({ Name: undefined, InstanceType: undefined })),
    );
    expect(error.name).toBe('ValidationException');
    expect(error.message).toBe(
      "2 validation errors detected: Value null at 'name' failed to satisfy constraint: Member must not be null; " +
        "Value null at 'instanceType' failed to satisfy constraint: Member must not be null",
    );
    expect(backend.calls).toEqual([]);
  });

  test.each([
    [{ Names: 'Base' }, 'Unexpected field type'],
    [{ Names: [1] }, 'NUMBER_VALUE cannot be converted to String'],
    [{ MaxResults: 'ten' }, 'STRING_VALUE cannot be converted to Integer'],
    [{ Names: { a: 1 } }, 'Start of structure or map found where not expected'],
  ])('a wrong type is refused: %j', async (input, message) => {
    // A client with a schema would turn some of these into something valid.
    const reply = await fetch(backend.url, {
      method: 'POST',
      headers: {
        'x-amz-target': 'PhotonAdminProxyService.DescribeImages',
        'content-type': 'application/x-amz-json-1.1',
        authorization: 'AWS4-HMAC-SHA256 Credential=A/20310506/eu-central-1/appstream/aws4_request',
      },
      body: JSON.stringify(input),
    });
    expect(reply.status).toBe(400);
    expect(await reply.json()).toEqual({
      __type: 'com.amazon.coral.service#SerializationException',
      message,
    });
    expect(backend.calls).toEqual([]);
  });
});

describe('DynamoDB', () => {
  const client = () => new DynamoDBClient(backend.client);
  const item = {
    pk: { S: 'update#Base' },
    fence: { N: '12' },
    raw: { B: new Uint8Array([0, 255, 1]) },
    done: { BOOL: false },
    nothing: { NULL: true },
    steps: { L: [{ M: { at: { S: '' } } }, { SS: ['a', 'b'] }] },
  };

  test('every attribute type survives the way in and the way out', async () => {
    backend.returns({
      Items: [item],
      Count: 1,
      ScannedCount: 3,
      LastEvaluatedKey: { pk: item.pk },
    });
    const output = await client().send(
      new QueryCommand({
        TableName: 'ledger',
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': item.pk, ':raw': item.raw },
      }),
    );
    expect(backend.calls[0]).toMatchObject({
      service: 'dynamodb',
      operation: 'Query',
      accessKeyId: 'AKIAEXAMPLE',
    });
    expect(backend.input.ExpressionAttributeValues[':pk']).toEqual(item.pk);
    expect([...backend.input.ExpressionAttributeValues[':raw'].B]).toEqual([0, 255, 1]);
    expect(plain(output)).toEqual({
      Items: [item],
      Count: 1,
      ScannedCount: 3,
      LastEvaluatedKey: { pk: item.pk },
    });
  });

  test('a failed condition carries the item that was there', async () => {
    backend.throws(
      new AwsError('ConditionalCheckFailedException', 'The conditional request failed', 400, {
        Item: item,
      }),
    );
    const error = await rejection(
      client().send(new PutItemCommand({ TableName: 'ledger', Item: item })),
    );
    expect(error).toBeInstanceOf(ConditionalCheckFailedException);
    expect(error.message).toBe('The conditional request failed');
    expect(error.Item).toEqual(item);
  });

  test('the reasons of a cancelled transaction stay in their order', async () => {
    const reasons = [{ Code: 'None' }, { Code: 'ConditionalCheckFailed', Item: { pk: item.pk } }];
    backend.throws(
      new AwsError('TransactionCanceledException', 'cancelled', 400, {
        CancellationReasons: reasons,
      }),
    );
    const error = await rejection(
      client().send(new PutItemCommand({ TableName: 't', Item: item })),
    );
    expect(error).toBeInstanceOf(TransactionCanceledException);
    expect(error.CancellationReasons).toEqual(reasons);
  });
});

describe('Step Functions', () => {
  const client = () => new SFNClient(backend.client);

  test('an execution is started and described with its dates', async () => {
    const executionArn = 'arn:aws:states:eu-central-1:111122223333:execution:update:1';
    backend.returns({ executionArn, startDate: new Date('2031-05-06T12:00:00.250Z') });
    const input = { stateMachineArn: 'arn:update', name: '1', input: '{"mode":"plan"}' };
    const started = await client().send(new StartExecutionCommand(input));
    expect(backend.input).toEqual(input);
    expect(started.startDate).toEqual(new Date('2031-05-06T12:00:00.250Z'));

    const execution = {
      executionArn,
      stateMachineArn: 'arn:update',
      status: 'SUCCEEDED',
      startDate: new Date('2031-05-06T12:00:00Z'),
      stopDate: new Date('2031-05-06T13:00:00Z'),
      output: '{"items":[]}',
    };
    backend.returns(execution);
    expect(plain(await client().send(new DescribeExecutionCommand({ executionArn })))).toEqual(
      execution,
    );
  });

  test('an error without the Exception suffix is raised as its class', async () => {
    backend.throws(new AwsError('ExecutionAlreadyExists', 'exists'));
    const error = await rejection(
      client().send(new StartExecutionCommand({ stateMachineArn: 'a' })),
    );
    expect(error).toBeInstanceOf(ExecutionAlreadyExists);
  });
});

test('SSM: a parameter comes with its version and date, or its error', async () => {
  const client = new SSMClient(backend.client);
  const parameter = {
    Name: '/golden/linux',
    Type: 'String',
    Value: 'ami-0123456789abcdef0',
    Version: 7,
    LastModifiedDate: new Date('2031-01-02T03:04:05.678Z'),
    DataType: 'aws:ec2:image',
  };
  backend.returns({ Parameter: parameter });
  const output = await client.send(
    new GetParameterCommand({ Name: '/golden/linux', WithDecryption: false }),
  );
  expect(output.Parameter).toEqual(parameter);
  expect(backend.input).toEqual({ Name: '/golden/linux', WithDecryption: false });

  backend.throws(new AwsError('ParameterNotFound', ''));
  expect(await rejection(client.send(new GetParameterCommand({ Name: 'x' })))).toBeInstanceOf(
    ParameterNotFound,
  );
});

test('SQS: a message is accepted with its checksum, and old query codes reach the caller', async () => {
  const client = new SQSClient({ ...backend.client, md5: false });
  backend.returns({ MessageId: 'm-1', MD5OfMessageBody: '5d41402abc4b2a76b9719d911017c592' });
  const output = await client.send(
    new SendMessageCommand({ QueueUrl: `${backend.url}/1/q`, MessageBody: 'hello' }),
  );
  expect(output.MessageId).toBe('m-1');
  expect(backend.calls[0]).toMatchObject({ service: 'sqs', operation: 'SendMessage' });

  backend.throws(new AwsError('QueueDoesNotExist', 'no queue'));
  const error = await rejection(
    client.send(new SendMessageCommand({ QueueUrl: `${backend.url}/1/q`, MessageBody: 'hello' })),
  );
  expect(error).toBeInstanceOf(QueueDoesNotExist);
  expect(error.Code).toBe('AWS.SimpleQueueService.NonExistentQueue');
});

describe('SES', () => {
  const client = () => new SESv2Client(backend.client);

  test('a mail is sent with all of its parts', async () => {
    backend.returns({ MessageId: '0100' });
    const input = {
      FromEmailAddress: 'from@example.com',
      Destination: { ToAddresses: ['a@example.com', 'b@example.com'] },
      Content: {
        Simple: {
          Subject: { Data: 'Größe "&" <x>' },
          Body: { Text: { Data: 'line 1\r\nline 2', Charset: 'UTF-8' } },
        },
      },
      EmailTags: [{ Name: 'run', Value: '1' }],
    };
    const output = await client().send(new SendEmailCommand(input));
    expect(backend.calls[0]).toMatchObject({ service: 'ses', operation: 'SendEmail' });
    expect(backend.input).toEqual(input);
    expect(plain(output)).toEqual({ MessageId: '0100' });
  });

  test('labels of the path are decoded, and the longer template wins', async () => {
    backend.returns({ EmailAddress: 'a/b@example.com' });
    await client().send(
      new GetContactCommand({ ContactListName: 'my list', EmailAddress: 'a/b@example.com' }),
    );
    expect(backend.calls[0]?.operation).toBe('GetContact');
    expect(backend.input).toEqual({ ContactListName: 'my list', EmailAddress: 'a/b@example.com' });

    backend.returns({ Contacts: [] });
    await client().send(new ListContactsCommand({ ContactListName: 'list', PageSize: 5 }));
    expect(backend.calls[1]?.operation).toBe('ListContacts');
    expect(backend.input).toEqual({ ContactListName: 'list', PageSize: 5 });
  });

  test('errors are raised as their classes', async () => {
    backend.throws(new AwsError('MessageRejected', 'Email address is not verified'));
    const error = await rejection(client().send(new SendEmailCommand({ Content: {} })));
    expect(error).toBeInstanceOf(MessageRejected);
    expect(error.message).toBe('Email address is not verified');
  });

  test('a missing member is a BadRequestException, which SESv2 has instead of a ValidationException', async () => {
    const error = await rejection(client().send(new SendEmailCommand({ Content: undefined })));
    expect(error.name).toBe('BadRequestException');
  });
});
