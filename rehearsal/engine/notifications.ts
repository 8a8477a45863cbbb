import type { NotificationResult } from '../result';
import type { Json } from '../services/service';
import type { Trace, TracedCall } from './trace';

/**
 * The notifications that left the account: every SNS message and every e-mail that AWS took. Its id is the message
 * attribute `notification`, or the header `X-Evergreen-Notification`; without one, the text is its own id.
 */
export function notificationsOf(trace: Trace): NotificationResult[] {
  return trace.calls.filter((call) => call.effect).flatMap(toNotifications);
}

function toNotifications(call: TracedCall): NotificationResult[] {
  const { input } = call;
  if (call.service === 'sns' && call.operation === 'Publish') {
    return [
      {
        id: input.MessageAttributes?.notification?.StringValue ?? input.Message,
        at: call.at,
        channel: 'sns',
        to: input.TopicArn ?? input.TargetArn ?? input.PhoneNumber,
        subject: input.Subject ?? '',
        text: input.Message,
      },
    ];
  }
  const simple = input.Content?.Simple;
  if (call.service === 'ses' && call.operation === 'SendEmail' && simple !== undefined) {
    const header = (simple.Headers ?? []).find(
      (candidate: Json) => candidate.Name.toLowerCase() === 'x-evergreen-notification',
    );
    const text = simple.Body?.Text?.Data ?? simple.Body?.Html?.Data ?? '';
    return [
      {
        id: header?.Value ?? text,
        at: call.at,
        channel: 'email',
        to: (input.Destination?.ToAddresses ?? []).join(', '),
        subject: simple.Subject?.Data ?? '',
        text,
      },
    ];
  }
  return [];
}
