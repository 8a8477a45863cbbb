import type { Trace, TracedCall, TracedExecution } from '../engine/trace';
import type { NotificationResult } from '../result';
import {
  asksForChange,
  changedEstate,
  count,
  executionName,
  isIdle,
  itemsOf,
  label,
  mentions,
  squeeze,
  type Evidence,
  type Invariant,
} from './invariant';
import { accountingProblems, tellsOfUrgentItem } from './invariant-5-accounting';

/**
 * Every run that did or tried something ends in exactly one notification: its id is `<workflow>.<execution name>`,
 * where the workflow is the name of the state machine, with or without what Pulumi appends to it; it accounts for
 * every item, it reaches every channel at least once and always in the same words. A channel that failed is reported
 * through another, in the notification itself or in one of its own whose id continues the run's (`<id>.<word>`). Further
 * ones, `<id>.<word>` as well, are allowed where they name an item that needs attention, or warn of one before the run
 * has changed anything.
 */
export const oneNotification: Invariant = {
  id: '5',
  title: 'Every run ends in exactly one notification',
  check(evidence) {
    const { trace, notifications } = evidence;
    const ended = trace.executions.filter(({ status }) => status !== 'RUNNING');
    const due = ended.filter((execution) => mustTell(execution, evidence));
    const channels = channelsOf(evidence);
    return {
      summary:
        `${count(due.length, 'run')} of ${trace.executions.length} had something to tell, ` +
        `${count(notifications.length, 'delivery', 'deliveries')} ` +
        `by ${channels.length === 0 ? 'no channel' : channels.join(' and ')}`,
      problems: [
        ...due.flatMap((execution) => problemsOf(execution, channels, evidence)),
        ...strays(evidence),
        ...changedTexts(notifications),
      ],
    };
  },
};

/** It changed the estate or tried to, reported an item that was not idle, or did not end well. */
function mustTell(execution: TracedExecution, { trace }: Evidence): boolean {
  return (
    execution.status !== 'SUCCEEDED' ||
    itemsOf(execution).some(({ outcome }) => !isIdle(outcome)) ||
    trace.calls.some((call) => call.execution === execution.id && asksForChange(call))
  );
}

function problemsOf(
  execution: TracedExecution,
  channels: readonly string[],
  { notifications }: Evidence,
): string[] {
  const own = notifications.filter(({ id }) => isOf(id, execution));
  const [id, ...others] = new Set(own.map((notification) => notification.id));
  if (id === undefined) {
    return [`run ${label(execution)} ended ${execution.status} without a notification`];
  }
  const problems = others.map(
    (other) => `run ${label(execution)} has two notifications, ${id} and ${other}`,
  );
  for (const channel of channels) {
    const delivered = own.some((notification) => channelOf(notification.channel) === channel);
    if (!delivered && !notifications.some((other) => reports(channel, id, other))) {
      problems.push(`notification ${id} did not reach ${channel}, and no other channel says so`);
    }
  }
  const texts = new Map(own.map(({ channel, text }) => [JSON.stringify([channel, text]), text]));
  for (const [key, text] of texts) {
    const [channel] = JSON.parse(key) as [string];
    for (const problem of accountingProblems(execution, text)) {
      problems.push(`notification ${id} by ${channel} ${problem}`);
    }
  }
  return [...new Set(problems)];
}

/** Whether an id is that of the run itself: `updates.feb`, for the state machine `updates` or `updates-1a2b3c4`. */
function isOf(id: string, execution: TracedExecution): boolean {
  const suffix = `.${executionName(execution)}`;
  const workflow = id.endsWith(suffix) ? id.slice(0, -suffix.length) : '';
  return workflow !== '' && `${execution.workflow}-`.startsWith(`${workflow}-`);
}

/** Whether an id continues that of the run: `updates.feb.undelivered`. */
function continues(id: string, execution: TracedExecution): boolean {
  const end = id.lastIndexOf(`.${executionName(execution)}.`);
  return end > 0 && isOf(id.slice(0, end + executionName(execution).length + 1), execution);
}

/** Channels that delivered something, or were tried. */
function channelsOf({ trace, notifications }: Evidence): string[] {
  const delivered = notifications.map(({ channel }) => channelOf(channel));
  const tried = trace.calls.filter(isSending).map(({ service }) => channelOf(service));
  return [...new Set([...delivered, ...tried])].sort();
}

/** A channel goes by its service in the trace and by its own name elsewhere. */
function channelOf(name: string): string {
  return name === 'ses' || name === 'sesv2' ? 'email' : name;
}

function isSending({ service, operation }: TracedCall): boolean {
  return (
    (service === 'sns' && /^Publish/.test(operation)) ||
    ((service === 'ses' || service === 'sesv2') && /^Send.*Email$/.test(operation))
  );
}

const CHANNEL_WORDS: Readonly<Record<string, RegExp>> = {
  sns: /\b(sns|topic)\b/i,
  email: /\b(e-?mail|ses|mail)\b/i,
};

const FAILURE_WORDS = /fail|could not|cannot|not be delivered|not delivered|undelivered|refused/i;

/** Whether a notification, of the run or about its delivery, says that a channel failed. */
function reports(channel: string, id: string, notification: NotificationResult): boolean {
  if (channelOf(notification.channel) === channel) {
    return false;
  }
  const word = CHANNEL_WORDS[channel] ?? new RegExp(`\\b${channel}\\b`, 'i');
  // Beside its items a run's own text says it in one line; a notification about a delivery says nothing else.
  const passages =
    notification.id === id
      ? notification.text.split('\n')
      : notification.id.startsWith(`${id}.`)
        ? [squeeze(notification.text)]
        : [];
  return passages.some((passage) => word.test(passage) && FAILURE_WORDS.test(passage));
}

/** Notifications of no run, and further ones where no delivery failed, no item needs attention, nothing is to come and nobody is asked. */
function strays({ trace, notifications }: Evidence): string[] {
  // One of several recipients may be refused, so the channel that failed may well be the one that tells.
  const failed = trace.calls.some((call) => isSending(call) && call.error);
  const problems = notifications.flatMap(({ id, at, text }) => {
    if (trace.executions.some((execution) => isOf(id, execution))) {
      return [];
    }
    const run = trace.executions.find((execution) => continues(id, execution));
    if (run === undefined) {
      return [`notification ${id || 'without an id'} belongs to no run`];
    }
    const about = id.slice(0, id.lastIndexOf('.'));
    const tellsOfFailure = failed && FAILURE_WORDS.test(text) && mentions(text, about);
    const own = notifications.find((other) => isOf(other.id, run))?.text;
    return tellsOfFailure ||
      tellsOfUrgentItem(run, text, own) ||
      warns(run, at, text, trace) ||
      asks(run, at, text)
      ? []
      : [`run ${label(run)} has the further notification ${id}`];
  });
  return [...new Set(problems)];
}

/** Whether a notification says of items what may come, and the run has changed something only after that. */
function warns(run: TracedExecution, at: string, text: string, trace: Trace): boolean {
  const changes = trace.calls.filter((call) => call.execution === run.id && changedEstate(call));
  const isEarly = changes.length > 0 && changes.every((call) => call.at > at);
  return isEarly && itemsOf(run).some(({ id }) => mentions(text, String(id)));
}

/** Whether a notification asks somebody to approve items that the run has not begun to work on. */
function asks(run: TracedExecution, at: string, text: string): boolean {
  const waiting = itemsOf(run).filter(({ startedAt }) => startedAt >= at);
  return /\bapprov/i.test(text) && waiting.some(({ id }) => mentions(text, String(id)));
}

/** An id says the same thing however often a channel repeats it. */
function changedTexts(notifications: readonly NotificationResult[]): string[] {
  const texts = new Map<string, string>();
  const problems = notifications.flatMap(({ id, channel, subject, text }) => {
    const key = JSON.stringify([id, channelOf(channel)]);
    const words = JSON.stringify([subject, text]);
    const first = texts.get(key) ?? words;
    texts.set(key, first);
    return first === words ? [] : [`notification ${id} says different things by ${channel}`];
  });
  return [...new Set(problems)];
}
