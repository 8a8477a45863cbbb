import type { CostLine } from '../result';
import type { Usage } from '../services/service';
import type { Trace, TracedCall } from './trace';

/** Lambda's use in a rehearsal. */
export interface FunctionUsage {
  readonly invocations: number;
  /** Memory times billed duration. */
  readonly gigabyteSeconds: number;
}

/**
 * List prices in US dollars, us-east-1, without free tiers, as published on 2026-01-01:
 * https://aws.amazon.com/step-functions/pricing/, https://aws.amazon.com/lambda/pricing/ (arm64),
 * https://aws.amazon.com/dynamodb/pricing/on-demand/, https://aws.amazon.com/sns/pricing/,
 * https://aws.amazon.com/ses/pricing/, https://aws.amazon.com/eventbridge/pricing/.
 */
const prices = {
  stateTransition: 0.000025,
  lambdaRequest: 0.0000002,
  lambdaGigabyteSecond: 0.0000133334,
  ledgerWrite: 0.000000625,
  ledgerRead: 0.000000125,
  topicMessage: 0.0000005,
  email: 0.0001,
  scheduledStart: 0.000001,
};

/** What the rehearsed month costs: the control plane line by line, then what the services themselves used. */
export function costOf(
  trace: Trace,
  usage: FunctionUsage,
  services: readonly Usage[],
): { readonly total: number; readonly lines: readonly CostLine[] } {
  const count = (test: (call: TracedCall) => boolean) => trace.calls.filter(test).length;
  const operation = (service: string, ...operations: readonly string[]) =>
    count((call) => call.service === service && call.effect && operations.includes(call.operation));
  const transitions = trace.executions.reduce((sum, execution) => sum + execution.transitions, 0);
  const lines = [
    line('Step Functions state transitions', transitions, 'transitions', prices.stateTransition),
    line('Lambda requests', usage.invocations, 'requests', prices.lambdaRequest),
    line('Lambda duration', usage.gigabyteSeconds, 'GB-seconds', prices.lambdaGigabyteSecond),
    line(
      'Ledger writes',
      operation('dynamodb', 'PutItem', 'UpdateItem', 'DeleteItem'),
      'requests',
      prices.ledgerWrite,
    ),
    line('Ledger reads', operation('dynamodb', 'GetItem', 'Query'), 'requests', prices.ledgerRead),
    line('Topic messages', operation('sns', 'Publish'), 'messages', prices.topicMessage),
    line('E-mails', operation('ses', 'SendEmail'), 'e-mails', prices.email),
    line(
      'Scheduled starts',
      count((call) => call.caller.startsWith('schedule:')),
      'starts',
      prices.scheduledStart,
    ),
    ...services.map(({ item, quantity, unit, price }) => line(item, quantity, unit, price)),
  ].filter((entry) => entry.quantity > 0);
  return { total: round(lines.reduce((sum, entry) => sum + entry.amount, 0)), lines };
}

function line(item: string, quantity: number, unit: string, price: number): CostLine {
  return { item, quantity: round(quantity), unit, amount: round(quantity * price) };
}

/** Millionths of a dollar: floating-point dust must not make two runs differ. */
function round(value: number): number {
  return Math.round(value * 1_000_000) / 1_000_000;
}
