import type { DeployedResource, Json } from '../services/service';
import type { Statement } from './policy-document';
import type { Problems } from './problems';

/** A policy that belongs to a resource and says who may use it. */
export interface ResourcePolicy {
  /** Policies of `key`s and `trust` policies of roles must allow every use of theirs. */
  readonly kind: 'trust' | 'key' | 'resource';
  /** False for those that AWS makes where the program declares none. */
  readonly declared: boolean;
  readonly covers: (resource: string) => boolean;
  readonly statements: readonly Statement[];
}

/** Policies of resources that would be judged wrongly if they were left out. */
const NOT_EMULATED = [
  'aws:cloudwatch/eventBusPolicy:EventBusPolicy',
  'aws:cloudwatch/logResourcePolicy:LogResourcePolicy',
  'aws:dynamodb/resourcePolicy:ResourcePolicy',
  'aws:lambda/functionUrl:FunctionUrl',
  'aws:s3/bucketPolicy:BucketPolicy',
  'aws:s3/bucketPolicyV2:BucketPolicyV2',
  'aws:secretsmanager/secretPolicy:SecretPolicy',
  'aws:sns/topicDataProtectionPolicy:TopicDataProtectionPolicy',
];

/** The policies of functions, topics, queues and keys. */
export function collectResourcePolicies(
  resources: readonly DeployedResource[],
  problems: Problems,
): ResourcePolicy[] {
  const ofType = (type: string): readonly DeployedResource[] =>
    resources.filter((resource) => resource.type === type);
  const policies: ResourcePolicy[] = [];
  const add = (place: string, resource: string, source: Json, declared = true): void => {
    policies.push({
      kind: resource.startsWith('arn:aws:kms:') ? 'key' : 'resource',
      declared,
      covers: (candidate) => candidate === resource,
      statements: problems.parse(place, source, 'resource', `${resource} | ${place}`),
    });
  };

  for (const { type, name } of resources) {
    if (NOT_EMULATED.includes(type)) problems.add(name, `${type} is not emulated`);
  }

  const functions = ofType('aws:lambda/function:Function');
  for (const { name, inputs, outputs } of ofType('aws:lambda/permission:Permission')) {
    const named = functions.find((each) =>
      [each.outputs.arn, each.outputs.name].includes(inputs.function),
    );
    const arn: string | undefined = named?.outputs.arn;
    if (arn === undefined) {
      problems.add(name, `function "${inputs.function}" is not part of the program`);
      continue;
    }
    const target = inputs.qualifier === undefined ? arn : `${arn}:${inputs.qualifier}`;
    add(name, target, functionPolicy(outputs.statementId ?? name, target, inputs));
  }

  const topicPolicies = ofType('aws:sns/topicPolicy:TopicPolicy');
  for (const { name, inputs } of topicPolicies) {
    add(name, inputs.arn, inputs.policy);
  }
  for (const { name, inputs, outputs } of ofType('aws:sns/topic:Topic')) {
    if (inputs.policy !== undefined) add(name, outputs.arn, inputs.policy);
    else if (!topicPolicies.some((each) => each.inputs.arn === outputs.arn)) {
      add(name, outputs.arn, defaultTopicPolicy(outputs.arn), false);
    }
  }

  const queues = ofType('aws:sqs/queue:Queue');
  for (const { name, inputs, outputs } of queues) {
    if (inputs.policy !== undefined) add(name, outputs.arn, inputs.policy);
  }
  for (const { name, inputs } of ofType('aws:sqs/queuePolicy:QueuePolicy')) {
    const queue = queues.find(({ outputs }) => [outputs.url, outputs.id].includes(inputs.queueUrl));
    if (queue === undefined) {
      problems.add(name, `queue "${inputs.queueUrl}" is not part of the program`);
      continue;
    }
    add(name, queue.outputs.arn, inputs.policy);
  }

  const keyPolicies = ofType('aws:kms/keyPolicy:KeyPolicy');
  for (const { name, inputs, outputs } of ofType('aws:kms/key:Key')) {
    const { policy } =
      keyPolicies.find((each) => [outputs.arn, outputs.keyId].includes(each.inputs.keyId))
        ?.inputs ?? inputs;
    if (policy !== undefined) add(name, outputs.arn, policy);
  }
  return policies;
}

/** What `AddPermission` writes: https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html */
function functionPolicy(sid: string, resource: string, inputs: Json): Json {
  const principal: string = inputs.principal;
  const equals = {
    ...(inputs.sourceAccount === undefined ? {} : { 'aws:SourceAccount': inputs.sourceAccount }),
    ...(inputs.principalOrgId === undefined ? {} : { 'aws:PrincipalOrgID': inputs.principalOrgId }),
    ...(inputs.eventSourceToken === undefined
      ? {}
      : { 'lambda:EventSourceToken': inputs.eventSourceToken }),
    ...(inputs.functionUrlAuthType === undefined
      ? {}
      : { 'lambda:FunctionUrlAuthType': inputs.functionUrlAuthType }),
  };
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: sid,
        Effect: 'Allow',
        Principal:
          principal === '*'
            ? '*'
            : principal.includes('.')
              ? { Service: principal }
              : { AWS: principal },
        Action: inputs.action,
        Resource: resource,
        Condition: {
          ...(Object.keys(equals).length === 0 ? {} : { StringEquals: equals }),
          ...(inputs.sourceArn === undefined
            ? {}
            : { ArnLike: { 'aws:SourceArn': inputs.sourceArn } }),
        },
      },
    ],
  };
}

/**
 * A topic without a policy of its own serves its owner's account, which reaches services such as CloudWatch alarms
 * that name the owner: https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html
 */
function defaultTopicPolicy(arn: string): Json {
  return {
    Version: '2008-10-17',
    Statement: [
      {
        Sid: '__default_statement_ID',
        Effect: 'Allow',
        Principal: { AWS: '*' },
        Action: ['sns:Publish', 'sns:Subscribe', 'sns:GetTopicAttributes'],
        Resource: arn,
        Condition: { StringEquals: { 'aws:SourceOwner': arn.split(':')[4] ?? '' } },
      },
    ],
  };
}
