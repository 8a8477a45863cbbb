import type { DynamoDB } from '@aws-sdk/client-dynamodb';
import type { SESv2 } from '@aws-sdk/client-sesv2';
import type { SNS } from '@aws-sdk/client-sns';
import { log, namedError } from './environment';
import { escapeHtml, type NotificationRecord } from './notification';

/** Where notifications go, and where it is remembered that they went. */
export interface Outbox {
  readonly dynamodb: Pick<DynamoDB, 'updateItem'>;
  readonly sns: Pick<SNS, 'publish'>;
  readonly ses: Pick<SESv2, 'sendEmail'>;
  readonly table: string;
  readonly workflow: string;
  readonly topicArn: string;
  /** Empty `to`: no e-mail is sent. */
  readonly email: { readonly from: string; readonly to: readonly string[] };
  /** How long a record is kept, in days. */
  readonly retentionDays: number;
}

/** Per channel: `delivered`, or why not. */
export type Deliveries = Readonly<Record<string, string>>;

/**
 * Delivers the notification of a run to every channel, at least once, always in the words of the first attempt:
 * the record is written before anything is sent, and a repetition reads it back. A channel that fails is
 * reported through the others. Throws `NotificationUndelivered` when no channel took it.
 */
export async function deliverNotification(
  outbox: Outbox,
  run: string,
  record: NotificationRecord,
  now: Date,
): Promise<{ readonly record: NotificationRecord; readonly deliveries: Deliveries }> {
  const written = await writeRecord(outbox, run, record, now);
  const deliveries: Record<string, string> = {};
  for (const channel of channelsOf(outbox)) {
    if (written.delivered.includes(channel.name)) {
      deliveries[channel.name] = 'delivered';
      continue;
    }
    try {
      await channel.send(written.record);
      deliveries[channel.name] = 'delivered';
    } catch (error) {
      deliveries[channel.name] = describe(error);
      log('ERROR', 'A notification channel failed', {
        notification: record.id,
        channel: channel.name,
        error: describe(error),
      });
      continue;
    }
    await markDelivered(outbox, run, channel.name, now);
  }
  await reportFailedChannels(outbox, written.record, deliveries);
  return { record: written.record, deliveries };
}

interface Channel {
  readonly name: string;
  readonly send: (record: NotificationRecord) => Promise<unknown>;
}

function channelsOf(outbox: Outbox): Channel[] {
  const topic: Channel = {
    name: 'sns',
    send: (record) =>
      outbox.sns.publish({
        TopicArn: outbox.topicArn,
        Subject: record.subject,
        Message: record.text,
        MessageAttributes: {
          notification: { DataType: 'String', StringValue: record.id },
          workflow: { DataType: 'String', StringValue: outbox.workflow },
        },
      }),
  };
  const email: Channel = {
    name: 'email',
    send: (record) =>
      outbox.ses.sendEmail({
        FromEmailAddress: outbox.email.from,
        Destination: { ToAddresses: [...outbox.email.to] },
        Content: {
          Simple: {
            Subject: { Data: record.subject, Charset: 'UTF-8' },
            Body: {
              Text: { Data: record.text, Charset: 'UTF-8' },
              Html: { Data: record.html, Charset: 'UTF-8' },
            },
            Headers: [{ Name: 'X-Evergreen-Notification', Value: record.id }],
          },
        },
      }),
  };
  return outbox.email.to.length === 0 ? [topic] : [topic, email];
}

/** A second, short notification through the channels that work: its id says that it is about a delivery. */
async function reportFailedChannels(
  outbox: Outbox,
  record: NotificationRecord,
  deliveries: Deliveries,
): Promise<void> {
  const failed = Object.entries(deliveries).filter(([, state]) => state !== 'delivered');
  if (failed.length === 0) return;
  const working = channelsOf(outbox).filter((channel) => deliveries[channel.name] === 'delivered');
  const text = failed.map(([channel, reason]) => `${channel}: ${reason}`).join('\n');
  if (working.length === 0) throw namedError('NotificationUndelivered', text);
  for (const channel of working) {
    try {
      await channel.send({
        id: `${record.id}.undelivered`,
        subject: `Attention: ${outbox.workflow}: a notification channel failed`,
        text: `Notification ${record.id} could not be delivered to:\n${text}`,
        html: `<pre>${escapeHtml(text)}</pre>`,
      });
    } catch (error) {
      log('ERROR', 'The failure of a channel could not be reported', {
        notification: record.id,
        channel: channel.name,
        error: describe(error),
      });
    }
  }
}

/** Writes the record unless it is there; returns what is there, and the channels that have it already. */
async function writeRecord(
  outbox: Outbox,
  run: string,
  record: NotificationRecord,
  now: Date,
): Promise<{ readonly record: NotificationRecord; readonly delivered: readonly string[] }> {
  const answer = await outbox.dynamodb.updateItem({
    TableName: outbox.table,
    Key: recordKey(outbox, run),
    UpdateExpression:
      'SET notification = if_not_exists(notification, :id), subject = if_not_exists(subject, :subject), ' +
      'body = if_not_exists(body, :text), html = if_not_exists(html, :html), ' +
      'writtenAt = if_not_exists(writtenAt, :at), expiresAt = if_not_exists(expiresAt, :expires)',
    ExpressionAttributeValues: {
      ':id': { S: record.id },
      ':subject': { S: record.subject },
      ':text': { S: record.text },
      ':html': { S: record.html },
      ':at': { S: now.toISOString() },
      ':expires': {
        N: String(Math.floor(now.getTime() / 1000) + outbox.retentionDays * 86_400),
      },
    },
    ReturnValues: 'ALL_NEW',
  });
  const attributes = answer.Attributes ?? {};
  return {
    record: {
      id: attributes['notification']?.S ?? record.id,
      subject: attributes['subject']?.S ?? record.subject,
      text: attributes['body']?.S ?? record.text,
      html: attributes['html']?.S ?? record.html,
    },
    delivered: attributes['delivered']?.SS ?? [],
  };
}

/** A mark that cannot be written costs a repetition at worst, so it is no failure of the channel. */
async function markDelivered(
  outbox: Outbox,
  run: string,
  channel: string,
  now: Date,
): Promise<void> {
  try {
    await outbox.dynamodb.updateItem({
      TableName: outbox.table,
      Key: recordKey(outbox, run),
      UpdateExpression: 'ADD delivered :channel SET deliveredAt = :at',
      ExpressionAttributeValues: { ':channel': { SS: [channel] }, ':at': { S: now.toISOString() } },
    });
  } catch (error) {
    log('ERROR', 'A delivery could not be marked', { run, channel, error: describe(error) });
  }
}

function describe(error: unknown): string {
  return `${(error as Error).name}: ${(error as Error).message}`;
}

function recordKey(outbox: Outbox, run: string) {
  return { workflow: { S: outbox.workflow }, item: { S: `run#${run}` } };
}
