import { invokeFunction, type Catcher, type TaskState } from './state-language';

/**
 * The task that sends what `Notifier.reportRun` or `Notifier.alert` composed: the notification with that `id`, where an
 * empty one is nothing to tell. It puts `deliveries` beside the id. Repeated, it sends each channel the same words.
 */
export function deliverNotification(task: {
  /** ARN of `Notifier.deliver`. */
  readonly functionArn: string;
  /** Where in the state the notification is. @default $.notification */
  readonly at?: string;
  readonly catch: readonly Catcher[];
  readonly next: string | null;
}): TaskState {
  const at = task.at ?? '$.notification';
  return invokeFunction({
    comment: 'Send it to every channel that does not have it yet',
    functionArn: task.functionArn,
    payload: { 'id.$': `${at}.id` },
    fields: ['id', 'deliveries'],
    resultPath: at,
    catch: task.catch,
    next: task.next,
  });
}
