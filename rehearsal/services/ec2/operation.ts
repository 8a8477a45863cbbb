import { AwsError, type AccessRequest, type Call, type Json, type Operation } from '../service';
import type { Scope } from '../service';
import type { Ec2State } from './state';

/** An operation of EC2 before what all of them have in common. */
export interface Ec2Operation {
  /** Its API name, `DescribeImages`. */
  readonly name: string;
  /** Members of the input that are obeyed, `DryRun` aside; any other is refused. */
  readonly obeys: readonly string[];
  readonly mutates: boolean;
  /** Its resources. @default `*` */
  readonly authorize?: (input: Json, state: Ec2State, scope: Scope) => readonly Access[];
  /** See `Operation.handle`. */
  readonly handle: Operation<Ec2State>['handle'];
}

/** What an operation needs beside the condition key that all have; without an action, the operation's own. */
export type Access = Omit<AccessRequest, 'action'> & { readonly action?: string };

/**
 * The operation with what all have: `DryRun`, the condition key of the region, and a loud refusal of what is not
 * implemented.
 */
export function operation({ name, obeys, mutates, ...own }: Ec2Operation): Operation<Ec2State> {
  return {
    mutates,
    authorize: (input, state, scope) =>
      (own.authorize?.(input, state, scope) ?? [{ resource: '*' }]).map((access) => ({
        action: `ec2:${name}`,
        ...access,
        // https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
        ...((access.action ?? 'ec2:').startsWith('ec2:') && {
          context: { 'ec2:region': scope.region, ...access.context },
        }),
      })),
    handle: (input, state, call) => {
      checkMembers(name, obeys, input);
      if (input.DryRun === true) throw dryRun(call);
      return own.handle(input, state, call);
    },
  };
}

/** @throws {AwsError} NotImplemented */
export function notImplemented(what: string): AwsError {
  return new AwsError('NotImplemented', `The rehearsal does not implement ${what}.`, 501);
}

function checkMembers(name: string, obeys: readonly string[], input: Json): void {
  for (const [member, value] of Object.entries(input)) {
    if (value === undefined || member === 'DryRun' || obeys.includes(member)) continue;
    throw notImplemented(`${member} of ec2:${name}`);
  }
}

/** Judged by IAM, but nothing else is looked at. */
function dryRun({ uses }: Call): AwsError {
  uses('dry-run');
  const message = 'Request would have succeeded, but DryRun flag is set.';
  return new AwsError('DryRunOperation', message, 412);
}
