import type { ProgramResource } from '../host/program';
import type { Iam } from '../iam/iam';
import type { Authorizer, Denial, Principal } from './cloud';
import { isType, needsOfMachine } from './deployed';

export interface PermissionsOptions {
  readonly iam: Iam;
  readonly account: string;
  /** Virtual time, epoch milliseconds. */
  readonly now: () => number;
  /** Where denials are noted that no call shows. */
  readonly denied: () => Denial[];
}

/** What IAM says of the account's own principals: of their calls, and of what AWS does in their name. */
export class Permissions implements Authorizer {
  constructor(private readonly options: PermissionsOptions) {}

  authorize(request: Parameters<Authorizer['authorize']>[0]) {
    const { iam, now } = this.options;
    const principal = this.withAccount(request.principal);
    return iam.authorize({ ...request, principal, now: now() });
  }

  /** What AWS itself checks and does with the declared roles when the program is deployed. */
  deploy(resources: readonly ProgramResource[]): void {
    for (const lambda of resources.filter(isType('aws:lambda/function:Function'))) {
      this.canAssume(lambda.inputs.role, 'lambda.amazonaws.com');
    }
    for (const machine of resources.filter(isType('aws:sfn/stateMachine:StateMachine'))) {
      const roleArn: string = machine.inputs.roleArn;
      this.canAssume(roleArn, 'states.amazonaws.com');
      for (const { action, resource } of needsOfMachine(machine)) {
        const verdict = this.authorize({ principal: { roleArn }, action, resource, context: {} });
        if (verdict.allowed) continue;
        const denial = { principal: roleArn, action, resource, reason: verdict.reason };
        this.options.denied().push(denial);
      }
    }
  }

  /** Whether the service may take the role. A refusal is noted once. */
  canAssume(roleArn: string, service: string): boolean {
    const { iam, account, denied } = this.options;
    const verdict = iam.canAssume(roleArn, service, { sourceAccount: account });
    if (verdict.allowed) return true;
    const denials = denied();
    const action = 'sts:AssumeRole';
    if (!denials.some((denial) => denial.action === action && denial.resource === roleArn)) {
      denials.push({ principal: service, action, resource: roleArn, reason: verdict.reason });
    }
    return false;
  }

  private withAccount(principal: Principal) {
    const { account: sourceAccount } = this.options;
    return 'roleArn' in principal ? principal : { ...principal, sourceAccount };
  }
}
