import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { factory as reportRun } from '../../functions/foundation/report-run';
import { InlineFunction } from './inline-function';
import type { Ledger } from './ledger';
import type { Grant } from './policy-document';

export interface NotifierArgs {
  readonly ledger: Ledger;
  /** Name of the workflow, as it is shown to people and used as key in the ledger. */
  readonly workflow: string;
  /** E-mail by SES. @default none: the topic only */
  readonly email?: {
    /** Sender. SES must have verified the address, or its domain. */
    readonly from: string;
    readonly to: readonly string[];
    /** The verified identity: the address or its domain. @default the address */
    readonly identity?: string;
  };
  /** Days that the record of a notification is kept. @default 400 */
  readonly recordRetentionDays?: number;
}

/** Tells people how a run ended, once per run: by an encrypted SNS topic, and by e-mail. */
export class Notifier extends pulumi.ComponentResource {
  readonly topicArn: pulumi.Output<string>;
  /** Reports a run; a task of every workflow. */
  readonly reportRun: InlineFunction;
  /** Variables of a function that reads or writes the ledger for this workflow. */
  readonly ledgerEnvironment: Readonly<Record<string, pulumi.Input<string>>>;

  constructor(name: string, args: NotifierArgs, opts?: pulumi.ComponentResourceOptions) {
    super('evergreen:foundation:Notifier', name, {}, opts);

    const topic = new aws.sns.Topic(
      `${name}-topic`,
      { displayName: args.workflow, kmsMasterKeyId: 'alias/aws/sns' },
      { parent: this },
    );
    const { ledger, email } = args;
    this.topicArn = topic.arn;
    this.ledgerEnvironment = { LEDGER_TABLE: ledger.tableName, WORKFLOW: args.workflow };
    this.reportRun = new InlineFunction(
      `${name}-report-run`,
      {
        description: 'Composes and delivers the notification of a run',
        factory: reportRun,
        environment: {
          ...this.ledgerEnvironment,
          TOPIC_ARN: topic.arn,
          EMAIL_FROM: email?.from ?? '',
          EMAIL_TO: (email?.to ?? []).join(','),
          RECORD_RETENTION_DAYS: String(args.recordRetentionDays ?? 400),
        },
        grants: [
          ledger.grant('RecordNotification', 'UpdateItem'),
          { Sid: 'PublishNotification', Action: ['sns:Publish'], Resource: [topic.arn] },
          ...(email === undefined ? [] : [sendEmail(email.from, email.identity ?? email.from)]),
        ],
      },
      { parent: this },
    );
    this.registerOutputs({ topicArn: this.topicArn });
  }
}

function sendEmail(from: string, identity: string): Grant {
  const { accountId, region } = currentAccount();
  return {
    Sid: 'SendEmail',
    Action: ['ses:SendEmail'],
    Resource: [pulumi.interpolate`arn:aws:ses:${region}:${accountId}:identity/${identity}`],
    Condition: { StringEquals: { 'ses:FromAddress': from } },
  };
}

function currentAccount() {
  return {
    accountId: aws.getCallerIdentityOutput().accountId,
    region: aws.getRegionOutput().region,
  };
}
