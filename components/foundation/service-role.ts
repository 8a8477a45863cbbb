import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { policyDocument, trustPolicy, type Grant } from './policy-document';

export interface ServiceRoleArgs {
  /** Who takes the role, such as `states.amazonaws.com`. */
  readonly service: string;
  readonly description: string;
  /** Everything that the role may do. */
  readonly grants: readonly Grant[];
  /**
   * Whether the service takes it only on behalf of this account, which keeps it from being a confused deputy:
   * https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html. Lambda names no source. @default true
   */
  readonly forThisAccountOnly?: boolean;
}

/** A role for one AWS service, with exactly its grants and nothing else. */
export class ServiceRole extends pulumi.ComponentResource {
  readonly role: aws.iam.Role;
  /** The grants: whoever uses the role at once depends on them. */
  readonly policy: aws.iam.RolePolicy;

  constructor(
    private readonly name: string,
    args: ServiceRoleArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super('evergreen:foundation:ServiceRole', name, {}, opts);
    const account =
      (args.forThisAccountOnly ?? true)
        ? { StringEquals: { 'aws:SourceAccount': aws.getCallerIdentityOutput().accountId } }
        : undefined;

    this.role = new aws.iam.Role(
      `${name}-role`,
      {
        description: args.description,
        assumeRolePolicy: trustPolicy(args.service, account),
      },
      { parent: this },
    );
    this.policy = new aws.iam.RolePolicy(
      `${name}-policy`,
      { role: this.role.name, policy: policyDocument(args.grants) },
      { parent: this },
    );
    this.registerOutputs({ roleArn: this.role.arn });
  }

  /**
   * Grants what is created after the role, such as the state machine whose function takes it, by its ARN. A prefix of
   * its name would do at first, but no longer where the component gets another name and keeps what it had by an alias.
   */
  allowLater(purpose: string, grants: readonly Grant[]): void {
    new aws.iam.RolePolicy(
      `${this.name}-${purpose}-policy`,
      { role: this.role.name, policy: policyDocument(grants) },
      { parent: this },
    );
  }
}
