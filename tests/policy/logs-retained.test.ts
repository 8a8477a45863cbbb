import * as aws from '@pulumi/aws';
import { logsRetained } from '../../policy/rules/logs-retained';
import { findings, UNKNOWN } from '../support/policy-args';

const ofLog = async (props: object, config?: object): Promise<readonly string[]> =>
  (await findings(logsRetained, aws.cloudwatch.LogGroup, props, config)).violations;
const FOREVER = 'thing: set retentionInDays, or the log is kept for ever.';

test.each<[object, string[]]>([
  [{}, [FOREVER]],
  // What the provider fills in.
  [{ retentionInDays: 0 }, [FOREVER]],
  [{ retentionInDays: 14 }, ['thing: set retentionInDays to 30 at least; it is 14.']],
  [{ retentionInDays: 30 }, []],
  [{ retentionInDays: 90 }, []],
])('a log group with %j', async (props, violations) => {
  expect(await ofLog(props)).toEqual(violations);
});

test('config says how long is long enough', async () => {
  expect(await ofLog({ retentionInDays: 14 }, { minimumDays: 14 })).toEqual([]);
  expect(await ofLog({ retentionInDays: 90 }, { minimumDays: 365 })).toEqual([
    'thing: set retentionInDays to 365 at least; it is 90.',
  ]);
});

test.each<[string, object, string[]]>([
  ['of none', {}, ['thing: set loggingConfig.logGroup to a log group with retentionInDays.']],
  [
    'of a format only',
    { loggingConfig: { logFormat: 'JSON' } },
    ['thing: set loggingConfig.logGroup to a log group with retentionInDays.'],
  ],
  ['of its own', { loggingConfig: { logGroup: '/own' } }, []],
  ['of its own, whose name is not known yet', { loggingConfig: { logGroup: UNKNOWN } }, []],
])('a function with a log group %s', async (_case, props, violations) => {
  expect(await findings(logsRetained, aws.lambda.Function, props)).toEqual({
    violations,
    applicable: true,
    unknown: false,
  });
});

test('a retention that is not known yet is no violation', async () => {
  const number = '3eeb2bf0-c639-47a8-9e75-3b44932eb421';

  expect(
    await findings(logsRetained, aws.cloudwatch.LogGroup, { retentionInDays: number }),
  ).toEqual({ violations: [], applicable: true, unknown: true });
});
