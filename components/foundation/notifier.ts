import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { factory as alert } from '../../functions/foundation/alert';
import { factory as deliver } from '../../functions/foundation/deliver';
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

/**
 * Tells people how a run ended, once per run, and what should not wait for its end: by an encrypted SNS topic, and by
 * e-mail. The messages have attributes to filter by: `workflow`, `notification`, `kind` (report, alert or undelivered),
 * `attention` (true or false), `outcome` (the worst one) and, where the run has one, `mode`.
 */
export class Notifier extends pulumi.ComponentResource {
  readonly topicArn: pulumi.Output<string>;
  /** Composes the report of a run, which `deliver` sends; a task of every workflow. */
  readonly reportRun: InlineFunction;
  /** Composes an alert while a run goes on, which `deliver` sends; at most one of each kind in a run. */
  readonly alert: InlineFunction;
  /** Sends what one of the others has composed, and can be repeated until it worked. */
  readonly deliver: InlineFunction;
  /** Variables of a function that reads or writes the ledger for this workflow. */
  readonly ledgerEnvironment: Readonly<Record<string, pulumi.Input<string>>>;

  constructor(name: string, args: NotifierArgs, opts?: pulumi.ComponentResourceOptions) {
    super('evergreen:foundation:Notifier', name, {}, opts);
    const parent = { parent: this };

    const topic = new aws.sns.Topic(
      `${name}-topic`,
      { displayName: args.workflow, kmsMasterKeyId: 'alias/aws/sns' },
      parent,
    );
    const { ledger, email } = args;
    this.topicArn = topic.arn;
    this.ledgerEnvironment = { LEDGER_TABLE: ledger.tableName, WORKFLOW: args.workflow };
    const environment = {
      ...this.ledgerEnvironment,
      RECORD_RETENTION_DAYS: String(args.recordRetentionDays ?? 400),
    };
    this.reportRun = new InlineFunction(
      `${name}-report-run`,
      {
        description: 'Composes the notification of a run',
        factory: reportRun,
        environment,
        grants: [ledger.grant('ReadRunLog', 'Query'), ledger.grant('WriteReport', 'UpdateItem')],
        // All lines of a run at once.
        memorySize: 512,
      },
      parent,
    );
    this.alert = new InlineFunction(
      `${name}-alert`,
      {
        description: 'Composes an alert of a run that goes on',
        factory: alert,
        environment,
        grants: [ledger.grant('WriteAlert', 'UpdateItem')],
      },
      parent,
    );
    this.deliver = new InlineFunction(
      `${name}-deliver`,
      {
        description: 'Delivers what was composed, to every channel',
        factory: deliver,
        environment: {
          ...environment,
          TOPIC_ARN: topic.arn,
          EMAIL_FROM: email?.from ?? '',
          EMAIL_TO: (email?.to ?? []).join(','),
        },
        grants: [
          ledger.grant('ReadAndMarkRecord', 'GetItem', 'UpdateItem'),
          { Sid: 'PublishNotification', Action: ['sns:Publish'], Resource: [topic.arn] },
          ...(email === undefined ? [] : [sendEmail(email.from, email.identity ?? email.from)]),
        ],
        // Sending rates are those of the whole account: it waits for its turn.
        timeoutSeconds: 240,
      },
      parent,
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
