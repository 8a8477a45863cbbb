import type { StateMachineOptions } from '../asl';
import type { ProgramResource } from '../host/program';
import type { Json } from '../services/service';
import type { LogLevel } from './cost';
import type { FunctionSpec } from './function-environment';

/** https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html#cloudwatch-iam-policy */
const logDeliveryActions = [
  'CreateLogDelivery',
  'DeleteLogDelivery',
  'DescribeLogGroups',
  'DescribeResourcePolicies',
  'GetLogDelivery',
  'ListLogDeliveries',
  'PutResourcePolicy',
  'UpdateLogDelivery',
].map((action) => `logs:${action}`);

/** What the role of a state machine needs for what Step Functions itself does in its name. */
export function needsOfMachine({
  inputs,
  outputs,
}: ProgramResource): readonly { readonly action: string; readonly resource: string }[] {
  const log = logLevelOf({ inputs }) === 'OFF' ? [] : logDeliveryActions;
  const machine: string = outputs.arn;
  const executions = `${machine.replace(':stateMachine:', ':execution:')}:*`;
  // https://docs.aws.amazon.com/step-functions/latest/dg/iam-policies-eg-dist-map.html
  const children = [
    { action: 'states:StartExecution', resource: machine },
    { action: 'states:DescribeExecution', resource: executions },
    { action: 'states:StopExecution', resource: executions },
  ];
  return [
    ...log.map((action) => ({ action, resource: '*' })),
    ...(hasDistributedMap(JSON.parse(inputs.definition)) ? children : []),
  ];
}

/** What of its executions a state machine logs. */
export function logLevelOf({ inputs }: Pick<ProgramResource, 'inputs'>): LogLevel {
  return inputs.loggingConfiguration?.level ?? 'OFF';
}

function hasDistributedMap(definition: Json): boolean {
  return Object.values<Json>(definition.States).some(
    ({ ItemProcessor: processor, Branches: branches = [] }) =>
      processor?.ProcessorConfig?.Mode === 'DISTRIBUTED' ||
      [...(processor === undefined ? [] : [processor]), ...branches].some(hasDistributedMap),
  );
}

/** A filter for resources of a Pulumi type. */
export function isType(type: string) {
  return (resource: ProgramResource) => resource.type === type;
}

/** A resource of type `aws:sfn/stateMachine:StateMachine`, as the interpreter takes it. */
export function toMachine(resource: ProgramResource): StateMachineOptions {
  return {
    definition: JSON.parse(resource.inputs.definition),
    type: resource.inputs.type ?? 'STANDARD',
    arn: resource.outputs.arn,
    name: resource.outputs.name,
    roleArn: resource.inputs.roleArn,
  };
}

/** A resource of type `aws:lambda/function:Function`, as the function runner takes it. */
export function toFunction(resource: ProgramResource): FunctionSpec {
  const { inputs, outputs } = resource;
  const logGroup = inputs.loggingConfig?.logGroup;
  return {
    name: outputs.name,
    arn: outputs.arn,
    runtime: inputs.runtime,
    handler: inputs.handler,
    timeoutSeconds: inputs.timeout ?? 3,
    memoryMegabytes: inputs.memorySize ?? 128,
    environment: inputs.environment?.variables ?? {},
    files: resource.archives['code'] ?? {},
    ...(logGroup === undefined ? {} : { logGroup }),
  };
}
