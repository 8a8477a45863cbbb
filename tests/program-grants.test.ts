import * as path from 'node:path';
import { runProgram } from '../rehearsal/host/run-program';
import type { Json } from '../rehearsal/services/service';
import { misfits } from './support/service-reference';

interface Grant {
  readonly place: string;
  readonly action: string;
  readonly resource: string;
  readonly conditionKeys: readonly string[];
}

describe('the grants of the program', () => {
  let grants: readonly Grant[];

  beforeAll(async () => {
    const directory = path.join(__dirname, '..');
    const { resources } = await runProgram({ directory, stack: 'dev' });
    grants = resources.flatMap(({ name, inputs, outputs }) =>
      Object.values(inputs as Record<string, Json>).flatMap((input) =>
        grantsOf(name, input, outputs.arn),
      ),
    );
  }, 900_000);

  it('reach every service that the program calls', () => {
    const prefixes = new Set(grants.map(({ action }) => action.split(':')[0]));
    expect([...prefixes].sort()).toEqual(
      'appstream autoscaling cloudwatch dynamodb ec2 ecs events iam lambda logs servicequotas ses sns sqs ssm states sts'.split(
        ' ',
      ),
    );
  });

  it('name only actions that exist, on resources and with condition keys that these take', () => {
    const problems = grants.flatMap(({ place, action, resource, conditionKeys }) =>
      misfits(action, resource, conditionKeys).map((problem) => `${place}: ${problem}`),
    );
    expect(problems).toEqual([]);
  });

  it('bind the sender of e-mails', () => {
    const send = grants.filter(({ action }) => action === 'ses:SendEmail');
    // One function of each component that reports.
    const bound = ['ses:FromAddress'];
    expect(send.map(({ conditionKeys }) => conditionKeys)).toEqual([bound, bound]);
  });
});

/** Every pair of an action and a resource in a policy document; none in any other input. */
function grantsOf(place: string, input: Json, own: string): Grant[] {
  if (typeof input !== 'string' || !/^\{.*"Statement":/s.test(input)) return [];
  const statements: Json[] = [JSON.parse(input).Statement].flat();
  return statements.flatMap(({ Sid, Action, Resource, Condition = {} }) => {
    const conditionKeys = Object.values(Condition).flatMap((test) => Object.keys(test as Json));
    // A trust policy is about the role that has it.
    const resources: string[] = [Resource ?? own].flat();
    return [Action].flat().flatMap((action: string) =>
      resources.map((resource) => ({
        place: `${place} ${Sid}`,
        action,
        resource,
        conditionKeys,
      })),
    );
  });
}
