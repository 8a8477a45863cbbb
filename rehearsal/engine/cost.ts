import type { CostGroup, CostLine, CostResult, ItemResult } from '../result';
import type { Json, Usage } from '../services/service';
import type { Trace, TracedCall } from './trace';

/** What Lambda and Step Functions themselves used in a rehearsal. */
export interface EngineUsage {
  /** Of functions. */
  readonly invocations: number;
  /** Memory times billed duration. */
  readonly gigabyteSeconds: number;
  /** Bytes of the functions' logs. */
  readonly functionLogBytes: number;
  /** Bytes of the state machines' logs. */
  readonly workflowLogBytes: number;
}

/**
 * List prices in US dollars, us-east-1, first tier, without free tiers, as published on 2026-01-01:
 * https://aws.amazon.com/step-functions/pricing/, https://aws.amazon.com/lambda/pricing/ (arm64),
 * https://aws.amazon.com/dynamodb/pricing/on-demand/, https://aws.amazon.com/sns/pricing/,
 * https://aws.amazon.com/ses/pricing/, https://aws.amazon.com/eventbridge/pricing/,
 * https://aws.amazon.com/sqs/pricing/, https://aws.amazon.com/cloudwatch/pricing/ (logs of Lambda and vended logs).
 * Requests to AppStream, IAM, Service Quotas and Step Functions cost nothing.
 */
const prices = {
  stateTransition: 0.000025,
  lambdaRequest: 0.0000002,
  lambdaGigabyteSecond: 0.0000133334,
  logMegabyte: 0.0005,
  ledgerWrite: 0.000000625,
  ledgerRead: 0.000000125,
  topicMessage: 0.0000005,
  queueRequest: 0.0000004,
  email: 0.0001,
  scheduledStart: 0.000001,
  customEvent: 0.000001,
};

/** Bytes that one write, one read and one event of one's own pay for. */
const WRITE_UNIT = 1024;
const READ_UNIT = 4096;
const EVENT_UNIT = 64 * 1024;

/**
 * What the rehearsed time costs: the control plane line by line, then what the services themselves used.
 *
 * @param items the last that is known of each: what one updated item costs is told by them
 */
export function costOf(
  trace: Trace,
  usage: EngineUsage,
  services: readonly Usage[],
  items: readonly ItemResult[],
): CostResult {
  const sum = (amount: (call: TracedCall) => number) =>
    trace.calls.reduce((total, call) => total + amount(call), 0);
  const operation = (service: string, name: string) =>
    sum((call) => (call.effect && call.service === service && call.operation === name ? 1 : 0));
  const transitions = trace.executions.reduce((total, one) => total + one.transitions, 0);
  const logs = (usage.functionLogBytes + usage.workflowLogBytes) / 1e6;
  const lines = [
    line('Step Functions state transitions', transitions, 'transitions', prices.stateTransition),
    line('Lambda requests', usage.invocations, 'requests', prices.lambdaRequest),
    line('Lambda duration', usage.gigabyteSeconds, 'GB-seconds', prices.lambdaGigabyteSecond),
    line('Logs of functions and workflows', logs, 'MB', prices.logMegabyte),
    line('Ledger writes', sum(writeUnits), 'units', prices.ledgerWrite),
    line('Ledger reads', sum(readUnits), 'units', prices.ledgerRead),
    line('Topic messages', operation('sns', 'Publish'), 'messages', prices.topicMessage),
    line('Queue requests', operation('sqs', 'SendMessage'), 'requests', prices.queueRequest),
    line('E-mails', sum(recipients), 'e-mails', prices.email),
    line('Scheduled starts', sum(scheduledStarts), 'starts', prices.scheduledStart),
    line('Events of its own', sum(customEvents), 'events', prices.customEvent),
    ...services.map(({ item, quantity, unit, price, group }) =>
      line(item, quantity, unit, price, group),
    ),
  ].filter((entry) => entry.quantity > 0);
  const groups = [...new Set(lines.map(({ group }) => group))].map((group) => ({
    group,
    amount: total(lines.filter((entry) => entry.group === group)),
  }));
  const updated = items.filter(({ outcome }) => outcome === 'updated').length;
  const control = groups.find(({ group }) => group === 'control plane')?.amount ?? 0;
  return {
    total: total(lines),
    groups,
    ...(updated === 0 ? {} : { controlPlanePerUpdatedItem: round(control / updated) }),
    lines,
  };
}

/**
 * About what one invocation of a function adds to its log, in bytes.
 *
 * @param lines what the code printed
 */
export function functionLogBytes(lines: readonly string[]): number {
  // Assumed: what the platform says of start, end and use; and time, level and request id around each line.
  return lines.reduce((sum, text) => sum + 120 + Buffer.byteLength(text), 500);
}

/** How an execution is logged; `OFF` where nothing says so. */
export type LogLevel = 'ALL' | 'ERROR' | 'FATAL' | 'OFF';

/**
 * About what Step Functions logs of a trace, in bytes, without the data of executions. `ALL` logs every event: two for
 * each state, three more for each call. `ERROR` logs what failed, `FATAL` executions that did.
 * https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
 *
 * @param levelOf by name of the state machine
 */
export function workflowLogBytes(
  { calls, executions }: Trace,
  levelOf: (workflow: string) => LogLevel,
): number {
  // Assumed: ids, the ARN of the execution, type, name of the state, timestamps.
  const eventBytes = 400;
  const callEvents = calls.reduce((events, { caller, error }) => {
    const workflow = /^state:([^/]+)\//.exec(caller)?.[1];
    const level = workflow === undefined ? 'OFF' : levelOf(workflow);
    if (level === 'ALL') return events + 3;
    return level === 'ERROR' && error !== undefined ? events + 1 : events;
  }, 0);
  const ownEvents = executions.reduce((events, { workflow, status, transitions }) => {
    const level = levelOf(workflow);
    const failed = status !== 'SUCCEEDED' && status !== 'RUNNING' ? 1 : 0;
    if (level === 'OFF') return events;
    return events + (level === 'ALL' ? 2 * transitions + 2 : failed);
  }, 0);
  return (callEvents + ownEvents) * eventBytes;
}

/** On-demand: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html */
function writeUnits({ effect, error, service, operation, input }: TracedCall): number {
  const isWrite = service === 'dynamodb' && /^(Put|Update|Delete)Item$/.test(operation);
  // A condition that does not hold is paid for, too.
  if (!isWrite || !(effect || error?.code === 'ConditionalCheckFailedException')) return 0;
  // What an update leaves as it is shows in no trace: rows are written as a whole.
  const written = { ...input.Item, ...input.Key, ...input.ExpressionAttributeValues };
  return Math.max(1, Math.ceil(sizeOf(written) / WRITE_UNIT));
}

/** An eventually consistent read is half a unit. */
function readUnits({ effect, service, operation, input, output }: TracedCall): number {
  if (service !== 'dynamodb' || !effect || !['GetItem', 'Query'].includes(operation)) return 0;
  const read: Json[] = operation === 'Query' ? (output?.Items ?? []) : [output?.Item ?? {}];
  const bytes = read.reduce((size: number, item) => size + sizeOf(item), 0);
  const units = Math.max(1, Math.ceil(bytes / READ_UNIT));
  return input.ConsistentRead === true ? units : units / 2;
}

/** About the size of an item: names and contents, without the descriptors of types. */
function sizeOf(item: Json): number {
  return Object.entries<Json>(item).reduce(
    (size, [name, value]) =>
      size +
      Buffer.byteLength(name) +
      Buffer.byteLength(typeof value.S === 'string' ? value.S : JSON.stringify(value)),
    0,
  );
}

function recipients({ effect, service, operation, input }: TracedCall): number {
  if (service !== 'ses' || !effect || operation !== 'SendEmail') return 0;
  const { ToAddresses = [], CcAddresses = [], BccAddresses = [] } = input.Destination ?? {};
  return ToAddresses.length + CcAddresses.length + BccAddresses.length;
}

function scheduledStarts({ caller }: TracedCall): number {
  return caller.startsWith('schedule:') ? 1 : 0;
}

/** AWS's own events are free. */
function customEvents({ effect, service, operation, input, output }: TracedCall): number {
  if (service !== 'events' || !effect || operation !== 'PutEvents') return 0;
  return (input.Entries as Json[])
    .filter((_, index) => output?.Entries?.[index]?.ErrorCode === undefined)
    .reduce(
      (units, { Detail = '' }) => units + Math.ceil(Buffer.byteLength(Detail) / EVENT_UNIT),
      0,
    );
}

function line(
  item: string,
  quantity: number,
  unit: string,
  price: number,
  group: CostGroup = 'control plane',
): CostLine {
  return { group, item, quantity: round(quantity), unit, amount: round(quantity * price) };
}

function total(lines: readonly CostLine[]): number {
  return round(lines.reduce((sum, { amount }) => sum + amount, 0));
}

/** Millionths of a dollar: floating-point dust must not make two runs differ. */
function round(value: number): number {
  return Math.round(value * 1_000_000) / 1_000_000;
}
