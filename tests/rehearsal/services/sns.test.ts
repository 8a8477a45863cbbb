import { sns } from '../../../rehearsal/services/sns';
import type { Json } from '../../../rehearsal/services/service';
import { createBench, deployed } from './support';

const TopicArn = 'arn:aws:sns:eu-west-1:111122223333:runs';
const topic = (inputs: Json = {}) => deployed('aws:sns/topic:Topic', { arn: TopicArn }, inputs);
const attribute = (name: string, value: Json = { DataType: 'String', StringValue: 'x' }) => ({
  TopicArn,
  Message: 'm',
  MessageAttributes: { [name]: value },
});

describe('Publish', () => {
  const resources = [topic({ kmsMasterKeyId: 'alias/aws/sns' })];

  test('keeps the message in its topic, deployed or of the estate', () => {
    const states: Json[] = [];
    const other = 'arn:aws:sns:eu-west-1:111122223333:other';
    const bench = createBench(
      { ...sns, toEstate: (state) => (states.push(structuredClone(state)), {}) },
      { sns: { topics: [{ TopicArn: other }] } },
      { resources },
    );
    const first = bench.call('Publish', {
      TopicArn,
      Subject: 's'.repeat(99),
      Message: 'Done',
      MessageAttributes: {
        id: { DataType: 'String', StringValue: '1' },
        raw: { DataType: 'Binary', BinaryValue: new Uint8Array([1, 2]) },
      },
    });
    const second = bench.call('Publish', { TopicArn: other, Message: 'Ünïcode' });
    bench.estate();
    expect(first.MessageId).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(second.MessageId).not.toBe(first.MessageId);
    expect(states[0].topics).toEqual({
      [TopicArn]: [
        {
          at: '2026-02-01T12:00:00.000Z',
          messageId: first.MessageId,
          subject: 's'.repeat(99),
          message: 'Done',
          attributes: { id: '1', raw: 'AQI=' },
        },
      ],
      [other]: [expect.objectContaining({ message: 'Ünïcode', attributes: {} })],
    });
    expect([...bench.used].sort()).toEqual(['delivery', 'publish']);
  });

  test('counts the message and its attributes in bytes, up to 256 KiB', () => {
    const bench = createBench(sns, {}, { resources });
    const message = (size: number) => ({ ...attribute('n'), Message: `ü${'m'.repeat(size - 2)}` });
    // An attribute has its name, its type and its value: 1 + 6 + 1 bytes.
    bench.call('Publish', message(262_144 - 8));
    expect(bench.refusal('Publish', message(262_144 - 7))).toBe(
      'InvalidParameterException: Invalid parameter: Message too long',
    );
  });

  test.each([
    ['a topic that is not there', { TopicArn: `${TopicArn}2`, Message: 'm' }, 'NotFoundException'],
    [
      'a topic by the name of a property',
      { TopicArn: 'constructor', Message: 'm' },
      'NotFoundException',
    ],
    ['no topic', { Message: 'm' }, 'InvalidParameterException'],
    ['no message', { TopicArn }, 'InvalidParameterException'],
    [
      'an empty message',
      { TopicArn, Message: '' },
      'InvalidParameterException: Invalid parameter: Empty',
    ],
    [
      'a subject of 100 characters',
      { TopicArn, Message: 'm', Subject: 's'.repeat(100) },
      'InvalidParameterException: Invalid parameter: Subject',
    ],
    [
      'a subject with a line break',
      { TopicArn, Message: 'm', Subject: 'a\nb' },
      'InvalidParameterException: Invalid parameter: Subject',
    ],
    [
      'an empty subject',
      { TopicArn, Message: 'm', Subject: '' },
      'InvalidParameterException: Invalid parameter: Subject',
    ],
    [
      'an attribute without a value',
      attribute('a', { DataType: 'String', StringValue: '' }),
      'InvalidParameterValueException',
    ],
    [
      'an attribute of an unknown type',
      attribute('a', { DataType: 'Text', StringValue: 'x' }),
      'InvalidParameterValueException',
    ],
    [
      'an attribute that is named as AWS names its own',
      attribute('AWS.x'),
      'InvalidParameterValueException',
    ],
    ['an attribute whose name has a blank', attribute('a b'), 'InvalidParameterValueException'],
    ['an attribute whose name ends in a dot', attribute('a.'), 'InvalidParameterValueException'],
    ['a phone number', { PhoneNumber: '+49', Message: 'm' }, 'NotImplemented'],
    [
      'a message per protocol',
      { TopicArn, Message: '{}', MessageStructure: 'json' },
      'NotImplemented',
    ],
  ])('refuses %s', (_, input, refusal) => {
    expect(createBench(sns, {}, { resources }).refusal('Publish', input)).toContain(refusal);
  });

  test('needs the permission on its topic', () => {
    expect(createBench(sns, {}).access('Publish', { TopicArn, Message: 'm' })).toEqual([
      { action: 'sns:Publish', resource: TopicArn },
    ]);
  });
});

test.each([
  ['a key of its own', { kmsMasterKeyId: 'alias/mine' }],
  ['first-in-first-out order', { fifoTopic: true }],
])('a topic with %s is refused with its URN: it needs what is not emulated', (_, inputs) => {
  expect(() => createBench(sns, {}, { resources: [topic(inputs)] })).toThrow(
    /not emulated \(urn:pulumi:dev::test::aws:sns\/topic:Topic::it\)$/,
  );
});
