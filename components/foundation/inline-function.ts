import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { Grant } from './policy-document';
import { ServiceRole } from './service-role';

export interface InlineFunctionArgs {
  /** What the function does, shown in the console. */
  readonly description: string;
  /**
   * Called once per container; returns the handler. What ships is its serialized text, so it must not capture
   * clients, classes, dates, maps or Pulumi values. See `functions/`.
   */
  readonly factory: () => (event: never) => Promise<unknown>;
  /** Variables that the factory reads. @default none */
  readonly environment?: Readonly<Record<string, pulumi.Input<string>>>;
  /** Everything that the function may do, besides writing its own log. @default nothing */
  readonly grants?: readonly Grant[];
  /** Seconds, 1 to 900. @default 60 */
  readonly timeoutSeconds?: number;
  /** MiB, 128 to 10,240. @default 256 */
  readonly memorySize?: number;
  /** Days. @default 90 */
  readonly logRetentionDays?: number;
}

/**
 * A Lambda function whose code is a function of this program: explicit runtime, timeout, log group and role, and an
 * archive that holds nothing but the code.
 *
 * It serializes the factory as `aws.lambda.CallbackFunction` does, which is not used because it walks all of
 * `node_modules` for each function, to add the packages that `dependencies` name: that took half of the time of an
 * update, and the Lambda runtime has the only packages that the code requires.
 */
export class InlineFunction extends pulumi.ComponentResource {
  /** ARN of the function. */
  readonly arn: pulumi.Output<string>;
  private readonly access: ServiceRole;

  constructor(name: string, args: InlineFunctionArgs, opts?: pulumi.ComponentResourceOptions) {
    super('evergreen:foundation:InlineFunction', name, {}, opts);
    const parent = { parent: this };

    const logGroup = new aws.cloudwatch.LogGroup(
      `${name}-log`,
      { retentionInDays: args.logRetentionDays ?? 90 },
      parent,
    );
    const access = new ServiceRole(
      name,
      {
        service: 'lambda.amazonaws.com',
        description: `Runs the function ${name}`,
        forThisAccountOnly: false,
        grants: [
          {
            Sid: 'WriteOwnLog',
            Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
            Resource: [pulumi.interpolate`${logGroup.arn}:*`],
          },
          ...(args.grants ?? []),
        ],
      },
      parent,
    );
    const handler = pulumi.runtime.serializeFunction(args.factory, {
      exportName: 'handler',
      isFactoryFunction: true,
      // A secret in code would be readable in Lambda's console.
      allowSecrets: false,
      logResource: this,
    });
    const lambda = new aws.lambda.Function(
      `${name}-function`,
      {
        description: args.description,
        code: new pulumi.asset.AssetArchive({
          '__index.js': new pulumi.asset.StringAsset(handler.then(({ text }) => text)),
        }),
        handler: '__index.handler',
        runtime: aws.lambda.Runtime.NodeJS22dX,
        architectures: ['arm64'],
        role: access.role.arn,
        timeout: args.timeoutSeconds ?? 60,
        memorySize: args.memorySize ?? 256,
        environment: { variables: { ...args.environment } },
        loggingConfig: { logFormat: 'JSON', logGroup: logGroup.name },
      },
      // The role must be able to do its work before the function is called.
      { ...parent, dependsOn: [access.policy] },
    );

    this.arn = lambda.arn;
    this.access = access;
    this.registerOutputs({ arn: this.arn });
  }

  /** Grants what is created after the function: see `ServiceRole.allowLater`. */
  allowLater(purpose: string, grants: readonly Grant[]): void {
    this.access.allowLater(purpose, grants);
  }
}
