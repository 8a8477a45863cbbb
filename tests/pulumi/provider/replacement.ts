import { RESOURCE_TYPES } from '../../../rehearsal/host/resource-types';
import type { Json } from '../../../rehearsal/services/service';

/**
 * Properties whose change replaces a resource, beside `name` and `namePrefix`, which do so for every type. These are
 * the arguments with `ForceNew` in https://github.com/hashicorp/terraform-provider-aws/tree/main/internal/service,
 * in the file that each line names; of `aws-native`, those whose update requires a replacement in CloudFormation.
 */
const REPLACED_BY: Readonly<Record<string, readonly string[]>> = {
  // https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-appstream-directoryconfig.html
  'aws-native:appstream:DirectoryConfig': ['directoryName'],
  'aws:cloudwatch/compositeAlarm:CompositeAlarm': ['alarmName'], // cloudwatch/composite_alarm.go
  'aws:cloudwatch/eventRule:EventRule': ['eventBusName'], // events/rule.go
  'aws:cloudwatch/eventTarget:EventTarget': ['eventBusName', 'rule', 'targetId'], // events/target.go
  'aws:cloudwatch/logGroup:LogGroup': ['logGroupClass'], // logs/group.go
  'aws:cloudwatch/metricAlarm:MetricAlarm': [], // cloudwatch/metric_alarm.go
  // dynamodb/table.go
  'aws:dynamodb/table:Table': [
    'hashKey',
    'rangeKey',
    'localSecondaryIndexes',
    'restoreDateTime',
    'restoreSourceName',
    'restoreToLatestTime',
  ],
  'aws:iam/role:Role': ['path'], // iam/role.go
  'aws:iam/rolePolicy:RolePolicy': ['role'], // iam/role_policy.go
  'aws:lambda/function:Function': ['packageType', 'tenancyConfig'], // lambda/function.go
  'aws:scheduler/schedule:Schedule': ['groupName'], // scheduler/schedule.go
  'aws:secretsmanager/secret:Secret': [], // secretsmanager/secret.go
  // secretsmanager/secret_version.go
  'aws:secretsmanager/secretVersion:SecretVersion': [
    'secretBinary',
    'secretId',
    'secretString',
    'secretStringWoVersion',
  ],
  'aws:sfn/stateMachine:StateMachine': ['type'], // sfn/state_machine.go
  'aws:sns/topic:Topic': ['fifoTopic'], // sns/topic.go
  'aws:sqs/queue:Queue': ['fifoQueue'], // sqs/queue.go
  'aws:sqs/queuePolicy:QueuePolicy': ['queueUrl'], // sqs/queue_policy.go
};

/** Of the changed properties those that AWS cannot change in place. Throws for a type that is not listed. */
export function replacedBy(type: string, changed: readonly string[]): readonly string[] {
  const listed = REPLACED_BY[type];
  if (listed === undefined) {
    throw new Error(`not implemented in the test provider: what replaces ${type}`);
  }
  // Since version 7 a change of region replaces too:
  // https://registry.terraform.io/providers/hashicorp/aws/latest/docs/guides/enhanced-region-support
  const all = ['name', 'namePrefix', 'region', ...listed];
  return changed.filter((property) => all.includes(property));
}

/** The property that holds the physical name where the provider makes one up. */
export const nameProperty = (type: string, inputs: Json): string | undefined => {
  const rule = RESOURCE_TYPES[type]?.autoName?.(inputs);
  return rule === undefined ? undefined : (rule.property ?? 'name');
};
