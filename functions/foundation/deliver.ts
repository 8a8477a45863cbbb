import { channelsOf, createAddressees, type Addressees, type Channel } from './channels';
import { log, namedError, requireVariable } from './environment';
import { createLedger, type Ledger } from './ledger';
import { fitSubject, type NotificationRecord } from './notification';
import { keepRecord, markDelivered, readRecord, type KeptRecord } from './record';

export interface DeliverEvent {
  /** Id of a notification that is written; empty: there is nothing to tell. */
  readonly id: string;
}

export interface DeliverResult {
  readonly id: string;
  readonly deliveries: Deliveries;
}

/** Per channel `delivered`, or why not; and why not of each recipient that a channel could not reach. */
export type Deliveries = Readonly<Record<string, string>>;

export interface DeliverDependencies {
  readonly ledger: Ledger;
  readonly addressees: Addressees;
  /** How long the record is kept that says what could not be delivered, in days. */
  readonly retentionDays: number;
  readonly now: () => Date;
}

/**
 * Delivers a notification to every channel, at least once, always in the words of its record. What could not be
 * reached is reported through what could.
 *
 * @throws NotificationUnknown when there is no record
 * @throws NotificationUndelivered when no channel took it
 */
export function createHandler(dependencies: DeliverDependencies) {
  const { ledger, addressees, retentionDays, now } = dependencies;
  return async ({ id }: DeliverEvent): Promise<DeliverResult> => {
    if (id === '') return { id, deliveries: {} };
    const kept = await readRecord(ledger, id);
    if (kept === undefined) throw namedError('NotificationUnknown', `There is no record of ${id}.`);
    const channels = channelsOf(addressees);
    const failures = await sendRecord(dependencies, channels, kept);
    const deliveries = describeDeliveries(channels, failures);
    const failed = Object.entries(deliveries).filter(([, state]) => state !== 'delivered');
    if (failed.length === 0) return { id, deliveries };
    const reasons = failed.map(([name, reason]) => `${name}: ${reason}`);
    const working = channels.flatMap((channel) => {
      const destinations = channel.destinations.filter((one) => failures[one] === undefined);
      return destinations.length === 0 ? [] : [{ ...channel, destinations }];
    });
    if (working.length === 0) throw namedError('NotificationUndelivered', reasons.join('\n'));
    const note: NotificationRecord = {
      id: `${id}.undelivered`,
      subject: fitSubject(`Attention: ${ledger.workflow}: a notification did not reach everybody`),
      text: [`Notification ${id} could not be delivered to`, ...reasons].join('\n'),
      labels: { ...kept.record.labels, kind: 'undelivered', attention: 'true' },
    };
    await sendRecord(dependencies, working, await keepRecord(ledger, note, retentionDays, now()));
    return { id, deliveries };
  };
}

export const factory = () => {
  return createHandler({
    ledger: createLedger(),
    addressees: createAddressees(),
    retentionDays: Number(requireVariable('RECORD_RETENTION_DAYS')),
    now: () => new Date(),
  });
};

/** By destination: why it could not be reached. */
type Failures = Readonly<Record<string, string>>;

/** Sends a record to every destination that does not have it yet. */
async function sendRecord(
  { ledger, now }: DeliverDependencies,
  channels: readonly Channel[],
  { record, delivered }: KeptRecord,
): Promise<Failures> {
  const failures: Record<string, string> = {};
  for (const channel of channels) {
    const open = channel.destinations.filter((one) => !delivered.includes(one));
    for (let first = 0; first < open.length; first += channel.mostAtOnce) {
      const destinations = open.slice(first, first + channel.mostAtOnce);
      const failed = await sendMessage(channel, record, destinations);
      Object.assign(failures, failed);
      const reached = destinations.filter((one) => failed[one] === undefined);
      if (reached.length === 0) continue;
      try {
        await markDelivered(ledger, record.id, reached, now());
      } catch (error) {
        // It costs a repetition at worst, so it is no failure of the channel.
        log('ERROR', 'A delivery could not be marked', { id: record.id, error: describe(error) });
      }
    }
  }
  return failures;
}

/** A channel that fails changes no outcome. One bad recipient must not keep the others from hearing. */
async function sendMessage(
  channel: Channel,
  record: NotificationRecord,
  destinations: readonly string[],
): Promise<Failures> {
  try {
    await channel.send(record, destinations);
    return {};
  } catch (error) {
    const reason = describe(error);
    log('ERROR', 'A notification could not be sent', { id: record.id, destinations, reason });
    // SES refuses a message for one address that is malformed or, in the sandbox, not verified:
    // https://docs.aws.amazon.com/ses/latest/dg/request-production-access.html
    const refused = ['MessageRejected', 'BadRequestException'].includes((error as Error).name);
    if (!refused || destinations.length === 1) {
      return Object.fromEntries(destinations.map((one) => [one, reason]));
    }
    const failures = {};
    for (const one of destinations) {
      Object.assign(failures, await sendMessage(channel, record, [one]));
    }
    return failures;
  }
}

function describeDeliveries(channels: readonly Channel[], failures: Failures): Deliveries {
  const deliveries: Record<string, string> = {};
  for (const { name, destinations } of channels) {
    const unreached = destinations.filter((one) => failures[one] !== undefined);
    const [first = ''] = unreached;
    if (unreached.length === destinations.length) deliveries[name] = failures[first] ?? '';
    else {
      deliveries[name] = 'delivered';
      for (const one of unreached) deliveries[one] = failures[one] ?? '';
    }
  }
  return deliveries;
}

function describe(error: unknown): string {
  return `${(error as Error).name}: ${(error as Error).message}`;
}
