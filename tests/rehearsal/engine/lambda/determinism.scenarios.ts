import type { Json } from '../../../../rehearsal/services/service';
import { printScenarios } from './run-scenarios';
import { functionOf, inWorld, type Answer, type Arrival } from './world';

const CODE = `
const { DynamoDB } = require('@aws-sdk/client-dynamodb');
const { SSM } = require('@aws-sdk/client-ssm');
exports.handler = async ({ name }) => {
  const dynamodb = new DynamoDB({ maxAttempts: 8 });
  const ssm = new SSM({ maxAttempts: 8, retryMode: 'adaptive' });
  const started = Date.now();
  const { createHash } = await import('node:crypto');
  return Promise.all(Array.from({ length: 20 }, async (_, index) => {
    const id = name + '-' + index + '-' + createHash('md5').update(name).digest('hex').slice(0, 4);
    await (index % 2 === 0
      ? dynamodb.getItem({ TableName: 'table', Key: { id: { S: id } } })
      : ssm.putParameter({ Name: id, Value: crypto.randomUUID() }));
    return Date.now() - started;
  }));
};`;

function answer(arrival: Arrival, random: () => number): Answer {
  const afterMilliseconds = 5 + Math.floor(random() * 20);
  return random() < 0.4
    ? { status: 400, body: { __type: 'ThrottlingException', message: 'slow' }, afterMilliseconds }
    : { body: { for: arrival.sequence }, afterMilliseconds };
}

/** Three invocations at once, each with twenty calls at once, most of them throttled and retried. */
async function run(transport: 'memory' | 'loopback', noise: boolean): Promise<Json> {
  return inWorld(
    { functions: [functionOf('f', CODE)], answer, transport, noise },
    async (world) => {
      const names = ['a', 'b', 'c'];
      const results = names.map((name) =>
        world.runner.invoke('f', { name }, { invocationId: name }),
      );
      await world.clock.runUntil(world.clock.now + 60_000);
      return {
        results: await Promise.all(results),
        arrivals: world.arrivals.map(({ sequence, at, operation, input, headers }) => ({
          sequence,
          at,
          operation,
          input,
          signed: headers['x-amz-date'],
          invocation: headers['amz-sdk-invocation-id'],
          attempt: headers['amz-sdk-request'],
        })),
        random: world.random.state,
      };
    },
  );
}

async function fiveTimes(transport: 'memory' | 'loopback', noise: boolean): Promise<Json[]> {
  const runs: Json[] = [];
  for (let count = 0; count < 5; count += 1) runs.push(await run(transport, noise));
  return runs;
}

void printScenarios({
  memory: () => fiveTimes('memory', false),
  loopback: () => fiveTimes('loopback', false),
  noisy: () => fiveTimes('loopback', true),
});
