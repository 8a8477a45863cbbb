import * as aws from '@pulumi/aws';
import { appstreamBatchSize } from '../../policy/rules/appstream-batch-size';
import { findings, UNKNOWN } from '../support/policy-args';

const ofFunction = (variables: object | undefined, config?: object) =>
  findings(
    appstreamBatchSize,
    aws.lambda.Function,
    variables === undefined ? {} : { environment: { variables } },
    config,
  );
const tooMany = (size: string): string =>
  `thing: set batchSize to 5 at most; it is ${size}. With a higher quota, raise maxBatchSize of the policy's config.`;

test.each<[object | undefined, string[]]>([
  [undefined, []],
  [{ TABLE: 'ledger' }, []],
  [{ BATCH_SIZE: '1' }, []],
  [{ BATCH_SIZE: '5' }, []],
  [{ BATCH_SIZE: '6' }, [tooMany('6')]],
  [{ BATCH_SIZE: 'many' }, [tooMany('many')]],
])('a function with the variables %j', async (variables, violations) => {
  expect((await ofFunction(variables)).violations).toEqual(violations);
});

test('config follows the quota of the account', async () => {
  const config = { maxBatchSize: 50 };

  expect((await ofFunction({ BATCH_SIZE: '50' }, config)).violations).toEqual([]);
  expect((await ofFunction({ BATCH_SIZE: '51' }, config)).violations).toHaveLength(1);
});

test('only its own variable has to be known', async () => {
  expect((await ofFunction({ BATCH_SIZE: '5', TABLE: UNKNOWN })).unknown).toBe(false);
  expect(await ofFunction({ BATCH_SIZE: UNKNOWN })).toEqual({
    violations: [],
    applicable: true,
    unknown: true,
  });
});

const update = {
  Type: 'Task',
  Resource: 'arn:aws:states:::aws-sdk:appstream:createUpdatedImage',
};
const ofMap = async (map: object, task: object = update): Promise<readonly string[]> => {
  const Update = { Type: 'Map', ItemProcessor: { States: { Call: task } }, ...map };
  const definition = JSON.stringify({ States: { Update } });
  return (await findings(appstreamBatchSize, aws.sfn.StateMachine, { definition })).violations;
};
const window = (size: string): string =>
  `thing: set MaxConcurrency of the Map Update, which updates images, to 5 at most, or MaxConcurrencyPath; it is ${size}.`;

test.each<[object, string[]]>([
  [{ MaxConcurrency: 1 }, []],
  [{ MaxConcurrency: 5 }, []],
  [{ MaxConcurrency: 6 }, [window('6')]],
  [{ MaxConcurrency: 0 }, [window('unlimited')]],
  [{}, [window('unlimited')]],
  [{ MaxConcurrencyPath: '$.concurrency' }, []],
])('a Map of updates with %j', async (map, violations) => {
  expect(await ofMap(map)).toEqual(violations);
});

test('one update among other tasks is enough, also one that waits for a token', async () => {
  const Wait = { ...update, Resource: `${update.Resource}.waitForTaskToken` };
  const Tell = { Type: 'Task', Resource: 'arn:aws:states:::sns:publish' };

  expect(await ofMap({ ItemProcessor: { States: { Tell, Wait } } })).toEqual([window('unlimited')]);
});

test('a Map of anything else may be as wide as it likes', async () => {
  expect(
    await ofMap({ MaxConcurrency: 40 }, { Type: 'Task', Resource: 'arn:aws:states:::sns:publish' }),
  ).toEqual([]);
});

test('a definition that is not known yet is no violation', async () => {
  expect(await findings(appstreamBatchSize, aws.sfn.StateMachine, { definition: UNKNOWN })).toEqual(
    { violations: [], applicable: true, unknown: true },
  );
});
