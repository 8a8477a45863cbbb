import * as aws from '@pulumi/aws';
import { functionEnvironmentNoSecrets } from '../../policy/rules/function-environment-no-secrets';
import { functionLimitsExplicit } from '../../policy/rules/function-limits-explicit';
import { functionRuntimeSupported } from '../../policy/rules/function-runtime-supported';
import { findings, UNKNOWN } from '../support/policy-args';

type Rule = Parameters<typeof findings>[0];
const ofFunction = async (rule: Rule, props: object, config?: object): Promise<readonly string[]> =>
  (await findings(rule, aws.lambda.Function, props, config)).violations;
const unknown = { violations: [], applicable: true, unknown: true };

describe('function-limits-explicit', () => {
  const TIMEOUT = 'thing: set timeout; the default of 3 seconds is over before a call is retried.';
  const MEMORY = 'thing: set memorySize; the default of 128 MiB comes with the least of CPU.';

  test.each<[object, string[]]>([
    [{ timeout: 60, memorySize: 256 }, []],
    [{ memorySize: 256 }, [TIMEOUT]],
    [{ timeout: 60 }, [MEMORY]],
    // What the provider fills in.
    [{ timeout: 3, memorySize: 128 }, [TIMEOUT, MEMORY]],
  ])('a function with %j', async (props, violations) => {
    expect(await ofFunction(functionLimitsExplicit, props)).toEqual(violations);
  });

  test('a timeout that is not known yet is no violation', async () => {
    const timeout = '3eeb2bf0-c639-47a8-9e75-3b44932eb421';

    expect(await findings(functionLimitsExplicit, aws.lambda.Function, { timeout })).toEqual(
      unknown,
    );
  });
});

describe('function-runtime-supported', () => {
  const ofRuntime = (runtime: string | undefined, config?: object): Promise<readonly string[]> =>
    ofFunction(functionRuntimeSupported, runtime === undefined ? {} : { runtime }, config);

  test.each(['nodejs22.x', 'nodejs24.x', 'python3.13', 'provided.al2023', undefined])(
    '%s is supported',
    async (runtime) => {
      expect(await ofRuntime(runtime)).toEqual([]);
    },
  );

  test.each([
    ['nodejs20.x', 'deprecated on 2026-04-30'],
    ['dotnet8', 'deprecated on 2026-11-10'],
    ['nodejs12.x', 'not supported, or not known to this policy'],
    ['nodejs99.x', 'not supported, or not known to this policy'],
  ])('%s is %s', async (runtime, why) => {
    const [violation, ...others] = await ofRuntime(runtime);

    expect(others).toEqual([]);
    expect(violation).toContain(`thing: ${runtime} is ${why}: set runtime to one of dotnet10,`);
    expect(violation).toContain(', nodejs22.x, nodejs24.x, ');
    expect(violation).not.toMatch(/one of .*nodejs20\.x/);
  });

  test('config asks for support until a later day, the last day included', async () => {
    expect(await ofRuntime('nodejs22.x', { supportedUntil: '2027-04-30' })).toEqual([]);
    expect((await ofRuntime('nodejs20.x', { supportedUntil: '2027-04-30' })).join()).toMatch(
      /one of .*nodejs22\.x/,
    );
    const [violation] = await ofRuntime('nodejs22.x', { supportedUntil: '2027-05-01' });
    expect(violation).toContain('nodejs22.x is deprecated on 2027-04-30');
    expect(violation).not.toMatch(/one of .*nodejs22\.x/);
  });

  test('config allows a runtime that is newer than the table', async () => {
    expect(await ofRuntime('nodejs99.x', { allowedRuntimes: ['nodejs99.x'] })).toEqual([]);
  });

  test('a runtime that is not known yet is no violation', async () => {
    expect(
      await findings(functionRuntimeSupported, aws.lambda.Function, { runtime: UNKNOWN }),
    ).toEqual(unknown);
  });
});

describe('function-environment-no-secrets', () => {
  const ofVariables = (variables: object): Promise<readonly string[]> =>
    ofFunction(functionEnvironmentNoSecrets, { environment: { variables } });
  const found = (name: string, kind: string): string =>
    `thing: the variable ${name} holds ${kind}: put it into Secrets Manager, pass its ARN, and read it at run time.`;

  test.each<[string, object]>([
    ['none', {}],
    ['plain settings', { TABLE: 'ledger', BATCH_SIZE: '5', TOKENS_PER_MINUTE: '10' }],
    [
      'the places of secrets',
      {
        DB_PASSWORD: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:db',
        API_KEY: '/evergreen/api-key',
        SECRET_NAME: 'db',
      },
    ],
    ['an empty one', { API_TOKEN: '' }],
  ])('%s may be told', async (_case, variables) => {
    expect(await ofVariables(variables)).toEqual([]);
  });

  test.each(['DB_PASSWORD', 'clientSecret', 'API_KEY', 'apikey', 'GITHUB_TOKEN', 'CREDENTIALS'])(
    '%s says what it holds',
    async (name) => {
      expect(await ofVariables({ OTHER: 'x', [name]: 'hunter/2' })).toEqual([
        found(name, 'what its name calls a secret'),
      ]);
    },
  );

  const word = 'Aa0'.repeat(14);
  test.each([
    ['an access key of AWS', 'AKIAIOSFODNN7EXAMPLE'],
    ['an access key of AWS', 'key=ASIAIOSFODNN7EXAMPLE;'],
    ['a private key', '-----BEGIN RSA PRIVATE KEY-----\nMIIE'],
    ['a private key', '-----BEGIN PRIVATE KEY-----\nMIIE'],
    ['a JSON Web Token', 'Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl'],
    ['a token of GitHub', `ghp_${word}`],
    ['a token of GitHub', `github_pat_${word}`],
    ['a token of Pulumi', `pul-${'0a'.repeat(20)}`],
  ])('%s is known whatever its variable is called', async (kind, value) => {
    const violations = await ofVariables({ SETTING: value });

    expect(violations).toEqual([found('SETTING', kind)]);
    expect(violations.join()).not.toContain(value);
  });

  test('a value that is not known yet hides no other one', async () => {
    const variables = { TOPIC_ARN: UNKNOWN, DB_PASSWORD: 'hunter2' };

    expect(
      await findings(functionEnvironmentNoSecrets, aws.lambda.Function, {
        environment: { variables },
      }),
    ).toEqual({
      violations: [found('DB_PASSWORD', 'what its name calls a secret')],
      applicable: true,
      unknown: true,
    });
  });

  test('a function without variables has none', async () => {
    expect(await ofFunction(functionEnvironmentNoSecrets, {})).toEqual([]);
  });
});
