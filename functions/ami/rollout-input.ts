import { checkInput, isListOfTexts, isText, isTime, isWhole } from '../foundation/check-input';
import { namedError } from '../foundation/environment';
import type { Wave } from './settings';

/** What starts a run: the input of the workflow. A rollout needs `ami` or `parameter`; the rest is optional. */
export interface RolloutInput {
  /**
   * - `rollout` (default): move the groups to the AMI
   * - `plan`: make every decision and no change
   * - `reconcile`: follow up what an earlier run left unfinished, start nothing new
   * - `approve`: let the run that is named in `run` go on with the wave that waits for it
   * - `stop`: the runs that are under way finish what they have begun and start nothing more
   */
  readonly mode?: RolloutMode;
  /** The AMI, by id. */
  readonly ami?: string;
  /** Or the SSM parameter that holds its id, plain or as `image_id` in JSON. */
  readonly parameter?: string;
  /** The groups, in one wave. Default: all of the component but those of ECS clusters, which want AMIs of their own. */
  readonly groups?: readonly string[];
  /** Or in several, one after the other. */
  readonly waves?: readonly WaveInput[];
  /** Also an AMI that is older than the groups', too young, or that failed on them before. Default: false. */
  readonly force?: boolean;
  /** Whether a run that found everything up to date is reported as well. Default: false. */
  readonly notifyWhenCurrent?: boolean;
  /** Why, for the reader. */
  readonly reason?: string;
  /** Who started the run, for the reader. */
  readonly trigger?: string;
  /** Of `approve`: name of the execution that waits. */
  readonly run?: string;
  /** Go on only so many days after the second Tuesday of a month, 0 to 14. Default: on any day. */
  readonly patchTuesdayPlusDays?: number;
  /** Of the day above: an IANA name, and the time at which the schedule meant to start the run, ISO 8601. */
  readonly timeZone?: string;
  readonly scheduledTime?: string;
}

export type RolloutMode = 'rollout' | 'plan' | 'reconcile' | 'approve' | 'stop';

export type WaveInput = Pick<Wave, 'groups'> & Partial<Wave>;

/** @throws InvalidInput that names every mistake, what was given and what is allowed */
export function checkRolloutInput(given: unknown): RolloutInput {
  const modes = ['rollout', 'plan', 'reconcile', 'approve', 'stop'];
  const isFlag = (value: unknown) => typeof value === 'boolean';
  const input: RolloutInput = checkInput<Required<RolloutInput>>(given, {
    mode: [`one of ${modes.join(', ')}`, (value) => modes.includes(value as string)],
    ami: [
      'an AMI id such as ami-0123456789abcdef0',
      (value) => isText(value) && /^ami-[0-9a-f]{8,17}$/.test(value),
    ],
    parameter: ['the name of an SSM parameter', isText],
    groups: ['a list of 1 to 200 group names, each once', (value) => isListOfTexts(value, 1, 200)],
    waves: [
      'a list of 1 to 20 waves, such as {"groups": ["web"], "soakMinutes": 60, "alarms": [], "approval": false}',
      areWaves,
    ],
    force: ['true or false', isFlag],
    notifyWhenCurrent: ['true or false', isFlag],
    reason: ['a text', isText],
    trigger: ['a text', isText],
    run: ['the name of an execution', isText],
    patchTuesdayPlusDays: ['a whole number from 0 to 14', (value) => isWhole(value, 0, 14)],
    timeZone: ['an IANA name such as Europe/Berlin', isText],
    scheduledTime: ['a time such as 2026-02-10T12:00:00Z', isTime],
  });
  const { mode = 'rollout', ami, parameter, groups, waves, run } = input;
  const needsImage = mode === 'rollout' || mode === 'plan';
  const problem =
    needsImage && (ami === undefined) === (parameter === undefined)
      ? 'give either ami or parameter'
      : groups !== undefined && waves !== undefined
        ? 'give either groups or waves'
        : mode === 'approve' && run === undefined
          ? 'run must name the execution that is approved'
          : undefined;
  if (problem === undefined) return input;
  throw namedError('InvalidInput', `The input of the run is wrong: ${problem}.`);
}

export function areWaves(value: unknown): value is WaveInput[] {
  return Array.isArray(value) && value.length >= 1 && value.length <= 20 && value.every(isWave);
}

function isWave(value: unknown): boolean {
  const { groups, soakMinutes = 0, alarms = [], approval = false } = (value ?? {}) as WaveInput;
  const known = ['groups', 'soakMinutes', 'alarms', 'approval'];
  return (
    Object.keys(value ?? {}).every((key) => known.includes(key)) &&
    isListOfTexts(groups, 1, 200) &&
    isWhole(soakMinutes, 0, 43_200) &&
    isListOfTexts(alarms, 0, 100) &&
    typeof approval === 'boolean'
  );
}
