import { requireVariable } from './environment';
import { createLedger, type Ledger } from './ledger';
import { composeAlert, type Fact, type ItemReport } from './notification';
import { keepRecord } from './record';

export interface AlertEvent {
  /** ARN and name of the execution. */
  readonly execution: string;
  readonly run: string;
  /** What it is about, such as `first-failure`: a run sends one alert of each kind, in the words of the first. */
  readonly alert: string;
  /** In a few words, behind `Attention: <workflow>: `. */
  readonly subject: string;
  readonly facts: readonly Fact[];
  /** The items that it is about. */
  readonly items: readonly ItemReport[];
}

export interface AlertResult {
  /** What `deliver` is to send; an empty id: another one of its kind is out already. */
  readonly notification: { readonly id: string };
}

export interface AlertDependencies {
  readonly ledger: Ledger;
  /** How long the record is kept, in days. */
  readonly retentionDays: number;
  readonly now: () => Date;
}

/** Writes down what people should be told before the run ends. */
export function createHandler({ ledger, retentionDays, now }: AlertDependencies) {
  return async (event: AlertEvent): Promise<AlertResult> => {
    const { execution, run, alert, subject, facts, items } = event;
    const { workflow } = ledger;
    const id = `${workflow}.${run}.${alert}`;
    const record = composeAlert({ id, workflow, execution, subject, facts, items });
    const kept = await keepRecord(ledger, record, retentionDays, now());
    // Only whoever found the words delivers them: several that fail at once are one alert.
    return { notification: { id: kept.record.text === record.text ? id : '' } };
  };
}

export const factory = () => {
  return createHandler({
    ledger: createLedger(),
    retentionDays: Number(requireVariable('RECORD_RETENTION_DAYS')),
    now: () => new Date(),
  });
};
