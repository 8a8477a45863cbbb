import * as aws from '@pulumi/aws';
import { dataEncrypted } from '../../policy/rules/data-encrypted';
import { findings, UNKNOWN } from '../support/policy-args';

const TOPIC = 'thing: set kmsMasterKeyId, to "alias/aws/sns" or a key of your own.';
const QUEUE = 'thing: set sqsManagedSseEnabled to true, or kmsMasterKeyId.';
const TABLE = 'thing: set serverSideEncryption to { enabled: true }.';

test.each<[string, Parameters<typeof findings>[1], object, string[]]>([
  ['a topic', aws.sns.Topic, {}, [TOPIC]],
  ['a topic with an empty key', aws.sns.Topic, { kmsMasterKeyId: '' }, [TOPIC]],
  ['a topic with a key', aws.sns.Topic, { kmsMasterKeyId: 'alias/aws/sns' }, []],
  ['a queue', aws.sqs.Queue, {}, [QUEUE]],
  ['a queue that refuses', aws.sqs.Queue, { sqsManagedSseEnabled: false }, [QUEUE]],
  ['a queue with keys of SQS', aws.sqs.Queue, { sqsManagedSseEnabled: true }, []],
  ['a queue with a key', aws.sqs.Queue, { kmsMasterKeyId: 'alias/own' }, []],
  ['a table', aws.dynamodb.Table, {}, [TABLE]],
  [
    'a table that refuses',
    aws.dynamodb.Table,
    { serverSideEncryption: { enabled: false } },
    [TABLE],
  ],
  ['a table that encrypts', aws.dynamodb.Table, { serverSideEncryption: { enabled: true } }, []],
])('%s', async (_case, type, props, violations) => {
  expect(await findings(dataEncrypted, type, props)).toEqual({
    violations,
    applicable: true,
    unknown: false,
  });
});

test.each<[string, Parameters<typeof findings>[1], object]>([
  ['topic', aws.sns.Topic, { kmsMasterKeyId: UNKNOWN }],
  ['queue', aws.sqs.Queue, { kmsMasterKeyId: UNKNOWN }],
  [
    'table',
    aws.dynamodb.Table,
    { serverSideEncryption: { enabled: '1c4a061d-8072-4f0a-a4cb-0ff528b18fe7' } },
  ],
])('a %s whose encryption is not known yet is no violation', async (_case, type, props) => {
  expect(await findings(dataEncrypted, type, props)).toEqual({
    violations: [],
    applicable: true,
    unknown: true,
  });
});

test("log groups are encrypted whatever one sets; config asks for keys of one's own", async () => {
  const judge = async (props: object, config?: object): Promise<readonly string[]> =>
    (await findings(dataEncrypted, aws.cloudwatch.LogGroup, props, config)).violations;
  const config = { keysForLogs: true };

  expect(await judge({})).toEqual([]);
  expect(await judge({}, config)).toEqual(['thing: set kmsKeyId to a key of your own.']);
  expect(await judge({ kmsKeyId: 'arn:aws:kms:eu-west-1:123456789012:key/k' }, config)).toEqual([]);
});
