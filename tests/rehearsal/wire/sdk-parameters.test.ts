import { AwsError } from '../../../rehearsal/services/service';
import { clientModel, operationNames, schemaOf } from '../../../rehearsal/wire/client-model';
import {
  exceptionName,
  pascalCase,
  pascalMember,
  serviceName,
} from '../../../rehearsal/wire/java-names';
import { checkRequired } from '../../../rehearsal/wire/required';
import {
  apiOperation,
  integrationKeys,
  integrationService,
  stepFunctionsErrorCause,
  stepFunctionsErrorName,
} from '../../../rehearsal/wire/sdk-integration';
import {
  checkParameters,
  fromSdkCasing,
  toSdkCasing,
} from '../../../rehearsal/wire/sdk-parameters';

const APPSTREAM = '@aws-sdk/client-appstream';
const AUTOSCALING = '@aws-sdk/client-auto-scaling';
const DYNAMODB = '@aws-sdk/client-dynamodb';
const EC2 = '@aws-sdk/client-ec2';
const SFN = '@aws-sdk/client-sfn';
const SNS = '@aws-sdk/client-sns';

describe('names of the Java SDK', () => {
  test.each([
    ['existingImageName', 'ExistingImageName'],
    ['DBInstanceIdentifier', 'DbInstanceIdentifier'],
    ['VPCZoneIdentifier', 'VpcZoneIdentifier'],
    ['TargetGroupARNs', 'TargetGroupARNs'],
    ['ChecksumCRC32', 'ChecksumCRC32'],
    ['ETag', 'ETag'],
    ['SS', 'Ss'],
    ['S', 'S'],
    ['Equals', 'EqualsValue'],
    ['Return', 'ReturnValue'],
  ])('member %s is %s', (name, expected) => expect(pascalMember(name)).toBe(expected));

  test.each([
    ['ResourceNotFoundException', 'ResourceNotFoundException'],
    ['InstanceRefreshInProgressFault', 'InstanceRefreshInProgressException'],
    ['DBInstanceAlreadyExists', 'DbInstanceAlreadyExistsException'],
    ['NoSuchBucket', 'NoSuchBucketException'],
  ])('exception %s is %s', (name, expected) => expect(exceptionName(name)).toBe(expected));

  test.each([
    ['AppStream', 'AppStream'],
    ['Auto Scaling', 'AutoScaling'],
    ['DynamoDB', 'DynamoDb'],
    ['EC2', 'Ec2'],
    ['SESv2', 'SesV2'],
    ['SFN', 'Sfn'],
    ['ACM PCA', 'AcmPca'],
    ['Secrets Manager', 'SecretsManager'],
    ['Database Migration Service', 'DatabaseMigration'],
  ])('service %s is %s', (id, expected) => expect(serviceName(id)).toBe(expected));

  test('words are told apart as the Java code generator does', () => {
    expect(pascalCase('TESTv4')).toBe('TestV4');
    expect(pascalCase('acm-success')).toBe('AcmSuccess');
    expect(pascalCase('s3ec2')).toBe('S3Ec2');
  });
});

describe('integration services', () => {
  test('every key is the service id of its client, in the spelling of the Java packages', () => {
    for (const key of integrationKeys) {
      const { serviceId } = clientModel(integrationService(key).clientPackage);
      expect(serviceId.toLowerCase().replace(/[^a-z0-9]/g, '')).toBe(key);
    }
  });

  test('a key leads to the client and to the name in traces', () => {
    expect(integrationService('sfn')).toEqual({
      key: 'sfn',
      clientPackage: SFN,
      signingName: 'states',
      errorPrefix: 'Sfn',
    });
    expect(() => integrationService('appstrem')).toThrow(
      'aws-sdk:appstrem is not implemented; did you mean "appstream"?',
    );
  });

  // The first four are recorded on AWS, in LocalStack's snapshots.
  test.each([
    ['dynamodb', 'ValidationException', 'DynamoDb.DynamoDbException'],
    ['dynamodb', 'ResourceNotFoundException', 'DynamoDb.ResourceNotFoundException'],
    ['sfn', 'InvalidToken', 'Sfn.InvalidTokenException'],
    ['dynamodb', 'ConditionalCheckFailedException', 'DynamoDb.ConditionalCheckFailedException'],
    ['appstream', 'ThrottlingException', 'AppStream.AppStreamException'],
    ['autoscaling', 'InstanceRefreshInProgress', 'AutoScaling.InstanceRefreshInProgressException'],
    ['ec2', 'InvalidAMIID.NotFound', 'Ec2.Ec2Exception'],
    ['ssm', 'ParameterNotFound', 'Ssm.ParameterNotFoundException'],
    ['sesv2', 'MessageRejected', 'SesV2.MessageRejectedException'],
  ])('%s %s is caught as %s', (key, code, name) => {
    expect(stepFunctionsErrorName(key, code)).toBe(name);
  });

  test('the cause has the form that AWS recorded', () => {
    const error = new AwsError('InvalidToken', "Invalid Token: 'Invalid token'");
    expect(stepFunctionsErrorCause('sfn', error, 'r-1')).toBe(
      "Invalid Token: 'Invalid token' (Service: Sfn, Status Code: 400, Request ID: r-1) (SDK Attempt Count: 1)",
    );
  });

  test('actions are operations, and operations have schemas', () => {
    expect(apiOperation('createUpdatedImage')).toBe('CreateUpdatedImage');
    expect(operationNames(APPSTREAM)).toContain('CreateUpdatedImage');
    expect(schemaOf(APPSTREAM, 'DescribeImages').input.getName()).toBe('DescribeImagesRequest');
    expect(() => schemaOf(APPSTREAM, 'DescribeImage')).toThrow(
      '@aws-sdk/client-appstream has no operation DescribeImage; did you mean "DescribeImages"?',
    );
  });
});

describe('parameters of a state become the input of the SDK', () => {
  test('in the casing of the API, at every depth; keys of maps stay', () => {
    expect(
      toSdkCasing(APPSTREAM, 'CreateUpdatedImage', {
        ExistingImageName: 'Base',
        NewImageName: 'Base-2',
        NewImageTags: { costCentre: '1' },
        DryRun: true,
      }),
    ).toEqual({
      input: {
        existingImageName: 'Base',
        newImageName: 'Base-2',
        newImageTags: { costCentre: '1' },
        dryRun: true,
      },
      errors: [],
    });
  });

  test('timestamps are read from ISO 8601 text, blobs from text or JSON, null is nothing', () => {
    const start = toSdkCasing(AUTOSCALING, 'PutScheduledUpdateGroupAction', {
      AutoScalingGroupName: 'web',
      ScheduledActionName: 'up',
      StartTime: '2031-05-06T12:00:00+02:00',
      Recurrence: null,
    });
    expect(start.errors).toEqual([]);
    expect(start.input).toEqual({
      AutoScalingGroupName: 'web',
      ScheduledActionName: 'up',
      StartTime: new Date('2031-05-06T10:00:00Z'),
    });
    const blob = (value: unknown): string =>
      toSdkCasing(SNS, 'Publish', {
        MessageAttributes: { a: { DataType: 'Binary', BinaryValue: value } },
      }).input.MessageAttributes.a.BinaryValue.toString();
    expect(blob('text data')).toBe('text data');
    expect(blob({ Dict: 'Value' })).toBe('{"Dict":"Value"}');
  });

  test('the input of an execution may be JSON, which is sent as text', () => {
    const parameters = { StateMachineArn: 'arn:x', Input: { key: 'value' } };
    expect(toSdkCasing(SFN, 'StartExecution', parameters)).toEqual({
      input: { stateMachineArn: 'arn:x', input: '{"key":"value"}' },
      errors: [],
    });
    expect(toSdkCasing(SFN, 'SendTaskFailure', { Cause: { key: 'value' } }).errors).toEqual([
      "The value for the field 'Cause' must be a STRING",
    ]);
  });

  test('DynamoDB types have the spelling of the Java SDK', () => {
    const item = {
      Pk: { S: '1' },
      Done: { Bool: true },
      None: { Nul: true },
      All: { L: [{ Ss: ['a'] }] },
    };
    expect(toSdkCasing(DYNAMODB, 'PutItem', { TableName: 't', Item: item })).toEqual({
      input: {
        TableName: 't',
        Item: {
          Pk: { S: '1' },
          Done: { BOOL: true },
          None: { NULL: true },
          All: { L: [{ SS: ['a'] }] },
        },
      },
      errors: [],
    });
    expect(toSdkCasing(DYNAMODB, 'PutItem', { Item: { Done: { BOOL: true } } }).errors).toEqual([
      'The field "Item.Done.BOOL" is not supported by Step Functions; did you mean "Bool"?',
    ]);
  });

  test('what does not fit is listed, all of it', () => {
    expect(
      toSdkCasing(EC2, 'DescribeImages', {
        Filter: [],
        Owners: 'self',
        Filters: [{ Name: 5, values: ['x'] }],
        MaxResults: '10',
        IncludeDeprecated: 'true',
      })
        .errors.slice()
        .sort(),
    ).toEqual([
      'The field "Filter" is not supported by Step Functions; did you mean "Filters"?',
      'The field "Filters[0].values" is not supported by Step Functions; did you mean "Values"?',
      "The value for the field 'Filters[0].Name' must be a STRING",
      "The value for the field 'IncludeDeprecated' must be a BOOLEAN",
      "The value for the field 'MaxResults' must be a NUMBER",
      "The value for the field 'Owners' must be an ARRAY",
    ]);
    expect(
      toSdkCasing(AUTOSCALING, 'PutScheduledUpdateGroupAction', { StartTime: 1_900_000_000 })
        .errors,
    ).toEqual(["The value for the field 'StartTime' must be a STRING with an ISO 8601 timestamp"]);
  });

  test('the lower-camel name of the API is refused', () => {
    expect(toSdkCasing(APPSTREAM, 'CreateUpdatedImage', { existingImageName: 'x' }).errors).toEqual(
      [
        'The field "existingImageName" is not supported by Step Functions; did you mean "ExistingImageName"?',
      ],
    );
  });

  test('a missing item is for the service to refuse, as AWS recorded it', () => {
    const { input, errors } = toSdkCasing(DYNAMODB, 'PutItem', { TableName: 't', Item: null });
    expect(errors).toEqual([]);
    expect(() =>
      checkRequired(clientModel(DYNAMODB), schemaOf(DYNAMODB, 'PutItem'), input),
    ).toThrow(
      "1 validation error detected: Value null at 'item' failed to satisfy constraint: Member must not be null",
    );
  });

  test('members missing deep inside are named by their place', () => {
    const input = { Items: [{ Put: { TableName: 't', Item: {} } }, { Put: { TableName: 't' } }] };
    const operation = schemaOf(DYNAMODB, 'TransactWriteItems');
    expect(() =>
      checkRequired(clientModel(DYNAMODB), operation, { TransactItems: input.Items }),
    ).toThrow("Value null at 'transactItems.2.member.put.item'");
  });
});

describe('an output becomes the result of a state', () => {
  test('in PascalCase, with dates as ISO 8601 text without empty fractions', () => {
    expect(
      fromSdkCasing(APPSTREAM, 'CreateUpdatedImage', {
        image: { Name: 'Base-2', CreatedTime: new Date('2031-05-06T12:00:00Z') },
        canUpdateImage: undefined,
      }),
    ).toEqual({ Image: { Name: 'Base-2', CreatedTime: '2031-05-06T12:00:00Z' } });
    expect(fromSdkCasing(APPSTREAM, 'CreateUpdatedImage', { canUpdateImage: false })).toEqual({
      CanUpdateImage: false,
    });
    expect(
      fromSdkCasing(SFN, 'StartExecution', {
        executionArn: 'arn:e',
        startDate: new Date('2031-05-06T12:00:00.250Z'),
      }),
    ).toEqual({ ExecutionArn: 'arn:e', StartDate: '2031-05-06T12:00:00.250Z' });
  });

  test('with acronyms and renamed members as the Java SDK has them', () => {
    const groups = [
      { VPCZoneIdentifier: 'subnet-1', TargetGroupARNs: ['arn:t'], LoadBalancerNames: [] },
    ];
    expect(
      fromSdkCasing(AUTOSCALING, 'DescribeAutoScalingGroups', { AutoScalingGroups: groups }),
    ).toEqual({
      AutoScalingGroups: [
        { VpcZoneIdentifier: 'subnet-1', TargetGroupARNs: ['arn:t'], LoadBalancerNames: [] },
      ],
    });
    const images = [{ ImageId: 'ami-1', Public: false }];
    expect(fromSdkCasing(EC2, 'DescribeImages', { Images: images })).toEqual({
      Images: [{ ImageId: 'ami-1', PublicLaunchPermissions: false }],
    });
    expect(fromSdkCasing(EC2, 'DeregisterImage', { Return: true })).toEqual({ ReturnValue: true });
  });

  test('with blobs as text', () => {
    const item = { raw: { B: Buffer.from('text data') }, gone: { NULL: true } };
    expect(fromSdkCasing(DYNAMODB, 'GetItem', { Item: item })).toEqual({
      Item: { raw: { B: 'text data' }, gone: { Nul: true } },
    });
  });

  test('a member that the model does not have is a mistake of the emulation', () => {
    expect(() => fromSdkCasing(APPSTREAM, 'DescribeImages', { images: [] })).toThrow(
      'Emulated answer: DescribeImagesResult has no member images',
    );
  });
});

describe('parameters in a definition', () => {
  test('computed values are checked by name only, literals by type, and what is required must be there', () => {
    expect(
      checkParameters(APPSTREAM, 'CreateUpdatedImage', {
        'ExistingImageName.$': '$.image',
        NewImageName: '{% $states.input.name %}',
        'NewImageTags.$': '$.tags',
        DryRun: true,
      }),
    ).toEqual([]);
    expect(
      checkParameters(APPSTREAM, 'CreateUpdatedImage', {
        'existingImageName.$': '$.image',
        DryRun: 'true',
      }),
    ).toEqual([
      "The value for the field 'DryRun' must be a BOOLEAN",
      'The field "existingImageName" is not supported by Step Functions; did you mean "ExistingImageName"?',
      'The field "ExistingImageName" is required but was missing',
      'The field "NewImageName" is required but was missing',
    ]);
  });

  test('nested templates are checked to the leaves', () => {
    expect(
      checkParameters(DYNAMODB, 'TransactWriteItems', {
        TransactItems: [
          { Put: { 'TableName.$': '$.table', 'Item.$': '$.item' } },
          { Put: { TableName: 't', Item: { pk: { 'S.$': '$.pk' }, n: { N: 5 }, 'x.$': '$.x' } } },
          { Delete: { TableName: 't' } },
        ],
      }),
    ).toEqual([
      "The value for the field 'TransactItems[1].Put.Item.n.N' must be a STRING",
      'The field "TransactItems[2].Delete.Key" is required but was missing',
    ]);
  });

  test('everything may be computed at once', () => {
    expect(checkParameters(EC2, 'CreateImage', '{% $states.input %}')).toEqual([]);
    expect(checkParameters(EC2, 'CreateImage', undefined)).toEqual([
      'The field "InstanceId" is required but was missing',
      'The field "Name" is required but was missing',
    ]);
  });

  test('an operation that does not exist is told with the one that was meant', () => {
    expect(checkParameters(APPSTREAM, 'CreateUpdateImage', {})).toEqual([
      'AppStream has no operation CreateUpdateImage; did you mean "CreateUpdatedImage"?',
    ]);
  });
});
