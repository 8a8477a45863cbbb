import { InputError } from '../input-error';
import { readInputFile, schemaProblems } from '../input-file';
import * as schema from '../schemas/estate.schema.json';
import type { Json } from '../services/service';
import { readParameter, ssm } from '../services/ssm';
import { appStreamClashes, appStreamWithDefaults } from './appstream';
import { autoScalingClashes, groupProblems, readGroup } from './auto-scaling';
import { shapeProblems } from './aws-shapes';
import { cloudWatchWithDefaults } from './cloudwatch';
import { ec2Clashes, ec2WithDefaults } from './ec2';
import { ecsWithDefaults } from './ecs';
import { ecsClashes, ecsProblems } from './ecs-problems';
import { eventsWithDefaults, happeningProblems } from './happenings';
import { withDrainingHook } from './managed-draining';
import { duplicates, listAt } from './problems';
import { ssmWithDefaults } from './ssm';
import type { Estate } from './types';

export type { Estate, EstateEvent, Outcome } from './types';

/**
 * Reads an estate, YAML or JSON, and fills in what it leaves out.
 *
 * @throws {InputError} naming the file and, for every problem, the key path, what was given and what is allowed
 */
export function loadEstate(file: string): Estate {
  return readEstate(readInputFile(file, ANYTHING), file);
}

/** The schema is applied apart, so that what it finds is told together with the clashes. */
const ANYTHING = {};

/**
 * As `loadEstate`, of an estate that is read already.
 *
 * @param name what it is called in messages
 * @throws {InputError} as `loadEstate` does
 */
export function readEstate(given: Json, name = 'the estate'): Estate {
  const refuse = (problems: readonly string[]) => {
    if (problems.length === 0) return;
    throw new InputError(`${name} cannot be used`, [...new Set(problems)]);
  };
  refuse([...schemaProblems(schema, given), ...shapeProblems(given), ...clashes(given)]);
  const { account, region, capturedAt } = given;
  const parameters = ssmWithDefaults(given);
  const known = ec2WithDefaults(given);
  const parameterState = ssm.createState({
    ...{ account, region, partition: 'aws', resources: [] },
    estate: { ...given, ssm: parameters },
  });
  const imageOf = (parameter: string) => readParameter(parameterState, parameter)?.Value;
  const context = { account, region, capturedAt, ec2: known, imageOf };
  const groups = listAt(given.autoscaling?.groups).map((group) =>
    withDrainingHook(group, given.ecs),
  );
  refuse(
    groups.flatMap((group, position) =>
      groupProblems(group, `autoscaling.groups[${position}]`, context),
    ),
  );
  const read = groups.map((group) => readGroup(group, context));
  const ec2 = {
    ...known,
    instances: [...known.instances, ...read.flatMap(({ instances }) => instances)],
  };
  const autoscaling = { groups: read.map(({ group }) => group) };
  const ecsContext = { account, region, capturedAt, autoscaling, ec2 };
  refuse(ecsProblems(given.ecs, ecsContext));
  const estate: Estate = {
    ...given,
    account,
    region,
    capturedAt,
    appstream: appStreamWithDefaults(given),
    autoscaling,
    cloudwatch: cloudWatchWithDefaults(given),
    ec2,
    ecs: ecsWithDefaults(given.ecs, ecsContext),
    ses: {
      // As in an account that did not ask AWS yet.
      sandbox: given.ses?.sandbox ?? true,
      identities: (given.ses?.identities ?? []).map((identity: Json) => ({
        IdentityType: identity.IdentityName.includes('@') ? 'EMAIL_ADDRESS' : 'DOMAIN',
        VerificationStatus: 'SUCCESS',
        ...identity,
      })),
    },
    sns: { topics: given.sns?.topics ?? [] },
    ssm: parameters,
    dynamodb: { tables: given.dynamodb?.tables ?? [] },
    quotas: given.quotas ?? {},
    durations: given.durations ?? {},
    outcomes: given.outcomes ?? [],
    events: eventsWithDefaults(given),
  };
  refuse(happeningProblems(estate));
  return estate;
}

/** What no schema can say. It is told together with the rest, so nothing is sure of the shape yet. */
function clashes(given: Json): string[] {
  return [
    ...appStreamClashes(given),
    ...autoScalingClashes(given),
    ...duplicates(listAt(given?.cloudwatch?.alarms), 'cloudwatch.alarms', 'AlarmName'),
    ...ec2Clashes(given),
    ...ecsClashes(given),
    ...duplicates(listAt(given?.ses?.identities), 'ses.identities', 'IdentityName'),
    ...duplicates(listAt(given?.sns?.topics), 'sns.topics', 'TopicArn'),
    ...duplicates(listAt(given?.ssm?.opsItems), 'ssm.opsItems', 'OpsItemId'),
    ...duplicates(listAt(given?.ssm?.parameters), 'ssm.parameters', 'Name'),
    ...duplicates(listAt(given?.dynamodb?.tables), 'dynamodb.tables', 'TableName'),
  ];
}
