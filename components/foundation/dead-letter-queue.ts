import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';

/** Keeps what could not be delivered for 14 days, the longest that SQS allows. */
export class DeadLetterQueue extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>;
  readonly url: pulumi.Output<string>;

  constructor(name: string, opts?: pulumi.ComponentResourceOptions) {
    super('evergreen:foundation:DeadLetterQueue', name, {}, opts);
    const queue = new aws.sqs.Queue(
      `${name}-queue`,
      { messageRetentionSeconds: 1_209_600, sqsManagedSseEnabled: true },
      { parent: this },
    );
    this.arn = queue.arn;
    this.url = queue.url;
    this.registerOutputs({ arn: this.arn, url: this.url });
  }
}
