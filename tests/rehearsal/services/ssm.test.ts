import { ParameterNotFound, ParameterVersionNotFound, SSM } from '@aws-sdk/client-ssm';

import { EmulatedAccount } from '../../../rehearsal/emulator/account';
import { readEstate } from '../../../rehearsal/estate';
import type { Json } from '../../../rehearsal/services/service';
import { readParameter, ssm, type SsmState } from '../../../rehearsal/services/ssm';
import { createBench, deployed, serveBench } from './support';

const PUBLIC = '/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended';
const head = { account: '111122223333', region: 'eu-west-1', capturedAt: '2026-02-01T12:00:00Z' };
const given = {
  ...head,
  ssm: {
    parameters: [
      { Name: PUBLIC, Value: '{"image_id":"ami-11111111"}', Version: 41 },
      {
        Name: '/golden/ami',
        Value: 'ami-33333333',
        DataType: 'aws:ec2:image',
        Labels: ['latest'],
        History: [
          { Value: 'ami-11111111', Version: 1, LastModifiedDate: '2025-11-01T08:00:00Z' },
          {
            Value: 'ami-22222222',
            Version: 2,
            LastModifiedDate: '2025-12-01T08:00:00Z',
            Labels: ['production'],
          },
        ],
      },
      { Name: 'stage', Value: 'blue' },
    ],
  },
  events: [
    { at: '2026-02-01T13:00:00Z', type: 'ssm.parameterChanged', name: 'stage', value: 'green' },
    {
      at: '2026-02-01T12:30:00Z',
      type: 'ssm.parameterChanged',
      name: PUBLIC,
      value: '{"image_id":"ami-22222222"}',
    },
    // Before the capture: the estate has it already.
    { at: '2026-01-01T00:00:00Z', type: 'ssm.parameterChanged', name: 'stage', value: 'red' },
  ],
};
const estate = readEstate(given);
const bench = () => createBench(ssm, estate);

test('a parameter has its current version, or the one that is named by number or label', () => {
  const one = bench();
  const read = (Name: string) => one.call('GetParameter', { Name }).Parameter;
  const ARN = 'arn:aws:ssm:eu-west-1:111122223333:parameter/golden/ami';
  expect(read('/golden/ami')).toEqual({
    Name: '/golden/ami',
    Type: 'String',
    Value: 'ami-33333333',
    Version: 3,
    LastModifiedDate: new Date('2026-02-01T12:00:00Z'),
    ARN,
    DataType: 'aws:ec2:image',
  });
  expect(one.used).not.toContain('selector');
  expect(read('/golden/ami:production')).toMatchObject({
    Value: 'ami-22222222',
    Version: 2,
    Selector: ':production',
    LastModifiedDate: new Date('2025-12-01T08:00:00Z'),
  });
  expect(read(`${ARN}:1`)).toMatchObject({ Value: 'ami-11111111', Selector: ':1' });
  expect(read(ARN).Value).toBe('ami-33333333');
  expect(one.used).toContain('selector');
});

test.each([
  ['/golden/ami:4', /^ParameterVersionNotFound: .* version 4 of \/golden\/ami\./],
  ['/golden/ami:stable', /^ParameterVersionNotFound: /],
  ['golden/ami', /^ParameterNotFound: Parameter golden\/ami not found\.$/],
  ['toString', /^ParameterNotFound: /],
  ['arn:aws:ssm:eu-west-1:444455556666:parameter/golden/ami', /^ParameterNotFound: /],
  ['a b', /^ValidationException: /],
])('%s is refused', (Name, refusal) => {
  expect(bench().refusal('GetParameter', { Name })).toMatch(refusal);
});

test('several parameters come in alphabetical order, and what is not there is named', () => {
  const Names = ['stage', '/golden/ami:9', '/golden/ami', 'nothing', PUBLIC];
  const { Parameters, InvalidParameters } = bench().call('GetParameters', { Names });
  expect(Parameters.map(({ Name }: Json) => Name)).toEqual([PUBLIC, '/golden/ami', 'stage']);
  expect(InvalidParameters).toEqual(['/golden/ami:9', 'nothing']);
  const eleven = Array.from({ length: 11 }, (_, position) => `p${position}`);
  expect(bench().refusal('GetParameters', { Names: eleven })).toMatch(/^ValidationException: /);
  expect(bench().refusal('GetParameters', { Names: ['a', 'a'] })).toMatch(/^NotImplemented: /);
});

test("each parameter is asked for by its own ARN; AWS's have no account", () => {
  expect(bench().access('GetParameters', { Names: ['stage', `${PUBLIC}:2`] })).toEqual([
    {
      action: 'ssm:GetParameters',
      resource: 'arn:aws:ssm:eu-west-1:111122223333:parameter/stage',
    },
    { action: 'ssm:GetParameters', resource: `arn:aws:ssm:eu-west-1::parameter${PUBLIC}` },
  ]);
});

test('a change makes a version and, of an own parameter, an event; the account can be read again', () => {
  const account = new EmulatedAccount(estate, []);
  const read = (Name: string) => {
    const answer = account.answer({
      service: 'ssm',
      operation: 'GetParameter',
      input: { Name },
      accessKeyId: 'any',
    });
    if (!('output' in answer)) throw new Error('no answer');
    return answer.output.Parameter;
  };
  account.advance(1799);
  expect(read(PUBLIC).Version).toBe(41);
  account.advance(1);
  expect(read(PUBLIC)).toMatchObject({
    Value: '{"image_id":"ami-22222222"}',
    Version: 42,
    LastModifiedDate: new Date('2026-02-01T12:30:00Z'),
  });
  expect(read(`${PUBLIC}:41`).Value).toBe('{"image_id":"ami-11111111"}');
  expect(account.trace.events).toEqual([]);
  account.advance(1800);
  expect(read('stage').Value).toBe('green');
  expect(account.trace.events).toEqual([
    {
      at: '2026-02-01T13:00:00.000Z',
      source: 'aws.ssm',
      detailType: 'Parameter Store Change',
      detail: { operation: 'Update', name: 'stage', type: 'String' },
      rules: [],
    },
  ]);
  const end = account.toEstate();
  expect(end.ssm.parameters[2]).toMatchObject({
    Value: 'green',
    Version: 2,
    History: [{ Value: 'blue', Version: 1 }],
  });
  expect(readEstate(JSON.parse(JSON.stringify(end))).ssm).toEqual(end.ssm);
});

test('the oldest of 100 versions goes, unless it has a label: then nothing changes', () => {
  const full = (Labels: readonly string[]) => {
    const History = Array.from({ length: 99 }, (_, position) => ({
      Value: `v${position + 1}`,
      Version: position + 1,
      LastModifiedDate: '2025-11-01T08:00:00Z',
      ...(position === 0 && { Labels }),
    }));
    const parameters = [{ Name: 'stage', Value: 'v100', History }];
    const events = [given.events[0]];
    const account = new EmulatedAccount(readEstate({ ...head, ssm: { parameters }, events }), []);
    account.advance(7200);
    const [{ Version, History: kept }] = account.toEstate().ssm.parameters;
    return [Version, kept.length, kept[0].Version];
  };
  expect(full([])).toEqual([101, 99, 2]);
  expect(full(['first'])).toEqual([100, 99, 1]);
});

test('what the program deploys is there, and is no part of the estate', () => {
  const arn = 'arn:aws:ssm:eu-west-1:111122223333:parameter/channel';
  const parameter = (type: string) =>
    deployed(
      'aws:ssm/parameter:Parameter',
      { name: '/channel', arn },
      { type, value: 'candidate' },
    );
  const one = createBench(ssm, estate, { resources: [parameter('String')] });
  expect(one.call('GetParameter', { Name: '/channel' }).Parameter).toMatchObject({
    Value: 'candidate',
    Version: 1,
    ARN: arn,
    DataType: 'text',
  });
  const names = one.estate().ssm.parameters.map(({ Name }: Json) => Name);
  expect(names).toEqual(given.ssm.parameters.map(({ Name }) => Name));
  const secret = createBench(ssm, estate, { resources: [parameter('SecureString')] });
  expect(secret.refusal('GetParameter', { Name: '/channel' })).toMatch(
    /^NotImplemented: .* SecureString/,
  );
});

test('other services read parameters', () => {
  const state: SsmState = ssm.createState({ ...head, partition: 'aws', estate, resources: [] });
  expect(readParameter(state, '/golden/ami:production')?.Value).toBe('ami-22222222');
  expect(readParameter(state, '/golden/ami:4')).toBeUndefined();
  expect(readParameter(state, 'nothing')).toBeUndefined();
});

test("the SDK's client reads parameters, and knows the errors", async () => {
  const one = bench();
  const server = await serveBench(ssm, one);
  const client = new SSM({
    endpoint: server.url,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const { Parameter } = await client.getParameter({ Name: PUBLIC });
  expect(Parameter).toMatchObject({
    Version: 41,
    LastModifiedDate: new Date('2026-02-01T12:00:00Z'),
  });
  await expect(client.getParameter({ Name: 'none' })).rejects.toBeInstanceOf(ParameterNotFound);
  await expect(client.getParameter({ Name: 'stage:7' })).rejects.toBeInstanceOf(
    ParameterVersionNotFound,
  );
  await server.close();
});
