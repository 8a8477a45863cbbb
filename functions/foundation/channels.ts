import type { SESv2 } from '@aws-sdk/client-sesv2';
import type { SNS } from '@aws-sdk/client-sns';
import type { NotificationRecord } from './notification';
import { renderHtml } from './notification-html';
import { requireVariable } from './environment';

/** Where notifications go. */
export interface Addressees {
  readonly sns: Pick<SNS, 'publish'>;
  readonly ses: Pick<SESv2, 'sendEmail'>;
  readonly workflow: string;
  readonly topicArn: string;
  /** Empty `to`: no e-mail is sent. */
  readonly email: { readonly from: string; readonly to: readonly string[] };
}

/** Those of a deployed function, from the variables that the `Notifier` component gives it. */
export function createAddressees(): Addressees {
  // Required by name inside the factory: the clients come from the Lambda runtime, one per container.
  const { SESv2 } = require('@aws-sdk/client-sesv2') as typeof import('@aws-sdk/client-sesv2');
  const { SNS } = require('@aws-sdk/client-sns') as typeof import('@aws-sdk/client-sns');
  // Sending rates are those of the whole account: the function slows down rather than gives up.
  const patience = { retryMode: 'adaptive', maxAttempts: 8 };
  return {
    sns: new SNS(patience),
    ses: new SESv2(patience),
    workflow: requireVariable('WORKFLOW'),
    topicArn: requireVariable('TOPIC_ARN'),
    email: {
      from: process.env['EMAIL_FROM'] ?? '',
      to: (process.env['EMAIL_TO'] ?? '').split(',').filter((address) => address !== ''),
    },
  };
}

/** One way to reach people. */
export interface Channel {
  readonly name: 'sns' | 'email';
  /** `sns`, or `email:` and an address. */
  readonly destinations: readonly string[];
  /** How many destinations one message may have. */
  readonly mostAtOnce: number;
  /** Sends one message to all of these. */
  readonly send: (record: NotificationRecord, destinations: readonly string[]) => Promise<unknown>;
}

export function channelsOf(addressees: Addressees): Channel[] {
  const { email } = addressees;
  return email.to.length === 0 ? [topic(addressees)] : [topic(addressees), mail(addressees)];
}

/** The labels become attributes, by which a subscription filters: https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html */
function topic({ sns, workflow, topicArn }: Addressees): Channel {
  return {
    name: 'sns',
    destinations: ['sns'],
    mostAtOnce: 1,
    send: ({ id, subject, text, labels }) => {
      const attributes = Object.entries({ ...labels, notification: id, workflow });
      return sns.publish({
        TopicArn: topicArn,
        Subject: subject,
        Message: text,
        MessageAttributes: Object.fromEntries(
          attributes.map(([name, value]) => [name, { DataType: 'String', StringValue: value }]),
        ),
      });
    },
  };
}

function mail({ ses, email }: Addressees): Channel {
  const inUtf8 = (Data: string) => ({ Data, Charset: 'UTF-8' });
  return {
    name: 'email',
    destinations: email.to.map((address) => `email:${address}`),
    // https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html
    mostAtOnce: 50,
    send: ({ id, subject, text }, destinations) =>
      ses.sendEmail({
        FromEmailAddress: email.from,
        Destination: { ToAddresses: destinations.map((one) => one.slice('email:'.length)) },
        Content: {
          Simple: {
            Subject: inUtf8(subject),
            Body: { Text: inUtf8(text), Html: inUtf8(renderHtml(text)) },
            Headers: [{ Name: 'X-Evergreen-Notification', Value: id }],
          },
        },
      }),
  };
}
