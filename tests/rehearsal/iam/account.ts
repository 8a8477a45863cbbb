import type { DeployedResource, Json } from '../../../rehearsal/services/service';

export const ACCOUNT = '123456789012';
export const ROLE = `arn:aws:iam::${ACCOUNT}:role/worker`;

export function resource(
  type: string,
  name: string,
  inputs: Json,
  outputs: Json = {},
): DeployedResource {
  return {
    urn: `urn:pulumi:dev::test::${type}::${name}`,
    type,
    name,
    inputs,
    outputs: { ...inputs, ...outputs },
  };
}

export function document(...statements: Json[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements });
}

export function allow(Action: Json, Resource: Json, more: Json = {}): Json {
  return { Effect: 'Allow', Action, Resource, ...more };
}

export function deny(Action: Json, Resource: Json, more: Json = {}): Json {
  return { Effect: 'Deny', Action, Resource, ...more };
}

export function trusting(service: string, condition?: Json): string {
  return document({
    Effect: 'Allow',
    Principal: { Service: service },
    Action: 'sts:AssumeRole',
    ...(condition === undefined ? {} : { Condition: condition }),
  });
}

/** A role `worker` of the account, trusted by Lambda. */
export function role(inputs: Json = {}, name = 'worker', account = ACCOUNT): DeployedResource {
  return resource(
    'aws:iam/role:Role',
    name,
    { assumeRolePolicy: trusting('lambda.amazonaws.com'), ...inputs },
    { name, arn: `arn:aws:iam::${account}:role/${name}` },
  );
}

/** An inline policy of the role `worker`. */
export function rolePolicy(...statements: Json[]): DeployedResource {
  return resource('aws:iam/rolePolicy:RolePolicy', 'grants', {
    name: 'grants',
    role: 'worker',
    policy: document(...statements),
  });
}
