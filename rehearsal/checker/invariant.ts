import type { DeniedAccess, InvariantResult, NotificationResult, UnusedGrant } from '../result';
import type { Trace, TracedCall, TracedExecution } from '../engine/trace';
import type { Json } from '../services/service';

/** What was there, what was done, what is there now. */
export interface Course {
  /** The estate at the start. */
  readonly before: Json;
  readonly trace: Trace;
  /** The estate at the end, in the same shape. */
  readonly after: Json;
}

/** All that the checker may look at. */
export interface Evidence extends Course {
  readonly iam: {
    readonly denied: readonly DeniedAccess[];
    readonly unused: readonly UnusedGrant[];
  };
  /** Every notification that was delivered, repetitions included. */
  readonly notifications: readonly NotificationResult[];
  readonly limits: Limits;
}

/** Hard limits of AWS that a rehearsal is held against. */
export interface Limits {
  /** Events in the history of one execution. */
  readonly historyEvents: number;
  /** Duration of one execution, in seconds. */
  readonly executionSeconds: number;
  /** Input or output of an execution or a task, in bytes of UTF-8. */
  readonly payloadBytes: number;
  /** AppStream image updates at a time; the estate's quota where it names one. */
  readonly concurrentImageUpdates: number;
}

/** One of the nine promises, judged on evidence alone. */
export interface Invariant {
  /** `1` to `9`. */
  readonly id: string;
  readonly title: string;
  check(evidence: Evidence): Verdict;
}

export interface Verdict {
  /** What was looked at, with counts: a verdict on nothing must be seen to be one. */
  readonly summary: string;
  /** What breaks the promise, a sentence each; empty where it held. */
  readonly problems: readonly string[];
}

/** What became of something that AWS accepted. */
export type End =
  | { readonly kind: 'committed' | 'notified' | 'attended' }
  | { readonly kind: 'forgotten'; readonly problem: string };

const SHOWN_PROBLEMS = 20;

/** Judges one invariant and puts the verdict into words. */
export function judge(invariant: Invariant, evidence: Evidence): InvariantResult {
  const { summary, problems } = invariant.check(evidence);
  const shown = problems.slice(0, SHOWN_PROBLEMS);
  if (problems.length > shown.length) {
    shown.push(`and ${problems.length - shown.length} more`);
  }
  return {
    id: invariant.id,
    title: invariant.title,
    held: problems.length === 0,
    detail: problems.length === 0 ? summary : `${summary}; broken: ${shown.join('; ')}`,
  };
}

/** `1 update`, `2 updates`. */
export function count(number: number, noun: string, plural = `${noun}s`): string {
  return `${number} ${number === 1 ? noun : plural}`;
}

/**
 * Services whose resources are the automation's own means (ledger, messages, logs, runs) and not the machine
 * images and fleets that it looks after. By SigV4 signing name.
 */
const OWN_MEANS = new Set([
  'dynamodb',
  'events',
  'kms',
  'lambda',
  'logs',
  'monitoring',
  'scheduler',
  'ses',
  'sesv2',
  'sfn',
  'sns',
  'sqs',
  'states',
  'sts',
]);

/** Whether the call asks for a change of the estate; a dry run does not. */
export function asksForChange(call: TracedCall): boolean {
  return call.mutates && !OWN_MEANS.has(call.service) && !isDryRun(call);
}

/** Whether the call changed the estate. */
export function changedEstate(call: TracedCall): boolean {
  return call.effect && asksForChange(call);
}

/** Whether a person made the call: the promises bind the automation, people may delete what they like. */
export function isByHand(call: TracedCall): boolean {
  return call.caller === 'user';
}

/** Whether the call only asks whether it would be allowed. EC2 writes `DryRun`, AppStream `dryRun`. */
function isDryRun(call: TracedCall): boolean {
  return call.input?.dryRun === true || call.input?.DryRun === true;
}

/** The last part of an execution's ARN. */
export function executionName(execution: TracedExecution): string {
  return execution.id.split(':').at(-1)!;
}

/** How a message names an execution. */
export function label(execution: TracedExecution): string {
  return `${execution.workflow}.${executionName(execution)}`;
}

/** The items that an execution reported in its output; none where it reported nothing. */
export function itemsOf(execution: TracedExecution): readonly Json[] {
  const items = execution.output?.items;
  return Array.isArray(items) ? items : [];
}

/** Outcomes that say that nothing was done: there was nothing to do, or it was only planned. */
const IDLE_OUTCOMES = new Set(['skipped', 'planned']);

/** Whether the outcome of an item says that nothing was done. Unknown outcomes say that something was. */
export function isIdle(outcome: unknown): boolean {
  return IDLE_OUTCOMES.has(String(outcome));
}

/**
 * Whether a run of the caller's workflow goes on at the end: what the call left unfinished is in its hands. For a call
 * of no known run any run will do.
 */
export function isAttended({ execution }: TracedCall, evidence: Evidence): boolean {
  const { byId, running } = workflowsOf(evidence);
  const workflow = byId.get(execution ?? '');
  return workflow === undefined ? running.size > 0 : running.has(workflow);
}

/** Workflows by execution, and those that have a run that goes on. */
const workflowsOf = once(({ trace: { executions } }: Evidence) => ({
  byId: new Map(executions.map(({ id, workflow }) => [id, workflow])),
  running: new Set(
    executions.filter(({ status }) => status === 'RUNNING').map(({ workflow }) => workflow),
  ),
}));

/**
 * Whether a notification names a thing, and quotes AWS where a reason is given.
 *
 * @param since ISO 8601: what was said before does not count
 */
export function isTold(
  name: string,
  since: string,
  evidence: Evidence,
  reason: string | undefined = '',
): boolean {
  const quote = squeeze(reason);
  return toldTexts(evidence).some(
    ({ at, told }) => at >= since && told.includes(quote) && mentions(told, name),
  );
}

const toldTexts = once(({ notifications }: Evidence) =>
  notifications.map(({ at, text }) => ({ at, told: squeeze(text) })),
);

/** Epoch milliseconds. Estates hold ISO texts, answers may hold dates, and AWS's JSON holds epoch seconds. */
export function timeOf(value: Json): number {
  return typeof value === 'number' ? value * 1000 : new Date(value).getTime();
}

/** Text without differences of white space, to be searched for what AWS said. */
export function squeeze(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

/** Whether a text names a thing by its whole name: `web` is not named by `web-2`. */
export function mentions(text: string, name: string): boolean {
  if (/^[\w.-]+$/.test(name)) return namesIn(text).has(name);
  const literal = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`(?<![\\w.-])${literal}(?![\\w-]|\\.\\w)`).test(text);
}

/** The last texts that were looked through: a notification that names thousands is asked for each of them. */
const NAMES = new Map<string, ReadonlySet<string>>();
const KEPT_TEXTS = 16;

/** Everything in a text that may be a whole name. A full stop may end the sentence or belong to the name. */
function namesIn(text: string): ReadonlySet<string> {
  const known = NAMES.get(text);
  if (known !== undefined) return known;
  const names = new Set<string>();
  for (const [word] of text.matchAll(/[\w.-]+/g)) {
    names.add(word);
    for (const { index } of word.matchAll(/\.(?!\w)/g)) names.add(word.slice(0, index));
  }
  if (NAMES.size >= KEPT_TEXTS) NAMES.clear();
  NAMES.set(text, names);
  return names;
}

/** Has a fact of the evidence worked out once: several invariants ask for it, some of them for each image. */
export function once<Of extends object, Fact>(find: (of: Of) => Fact): (of: Of) => Fact {
  const known = new WeakMap<Of, { readonly fact: Fact }>();
  return (of) => {
    const entry = known.get(of) ?? { fact: find(of) };
    known.set(of, entry);
    return entry.fact;
  };
}
