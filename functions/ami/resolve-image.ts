import type { EC2 } from '@aws-sdk/client-ec2';
import type { SSM } from '@aws-sdk/client-ssm';
import { namedError, requireVariable } from '../foundation/environment';
import { isPatchDay } from '../foundation/patch-tuesday';
import { createEc2, readImages, refuseImage, type ImageFacts } from './images';
import { checkRolloutInput, type RolloutMode } from './rollout-input';
import type { RolloutSettings, Wave } from './settings';

export interface ResolveEvent {
  /** Input of the execution, as given. */
  readonly input: unknown;
  readonly settings: RolloutSettings;
  /** When the execution started, ISO 8601. */
  readonly startedAt: string;
}

export interface ResolveResult {
  /** `survey`: look at the groups; `nothing`: this is not the day. */
  readonly next: 'survey' | 'nothing';
  readonly mode: RolloutMode;
  /** What is rolled out; nothing of it is there where there is nothing to do. */
  readonly image: ImageFacts | Record<string, never>;
  readonly waves: readonly Wave[];
  readonly force: boolean;
  /** When the AMI was created, ISO 8601: no group that has a newer one is moved. An empty text: whatever it has. */
  readonly newerThan: string;
  /** Whether a run that changes nothing is reported as well. */
  readonly notify: boolean;
  /** Why the AMI waits; an empty text: it does not. */
  readonly tooYoung: string;
  /** Why the run was started, as whoever started it says; an empty text: no word of it. */
  readonly reason: string;
}

export interface ResolveDependencies {
  readonly ec2: Pick<EC2, 'describeImages'>;
  readonly ssm: Pick<SSM, 'getParameter'>;
  /** Number of the account. */
  readonly account: string;
  readonly now: () => Date;
}

/**
 * Says what is to be rolled out, and to which groups.
 *
 * @throws InvalidInput, or ImageRefused with the reason
 */
export function createHandler({ ec2, ssm, account, now }: ResolveDependencies) {
  return async ({ input: given, settings, startedAt }: ResolveEvent): Promise<ResolveResult> => {
    const input = checkRolloutInput(given);
    const { mode = 'rollout', force = false, notifyWhenCurrent = false } = input;
    const waves = wavesOf(input, settings);
    const { reason = '' } = input;
    const result = { mode, waves, force, reason, notify: notifyWhenCurrent || mode === 'plan' };
    if (
      input.patchTuesdayPlusDays !== undefined &&
      !isPatchDay(
        new Date(input.scheduledTime ?? startedAt),
        input.patchTuesdayPlusDays,
        input.timeZone ?? 'UTC',
      )
    ) {
      return { ...result, next: 'nothing', image: {}, newerThan: '', tooYoung: '' };
    }
    const id = input.ami ?? (await readParameter(ssm, input.parameter ?? ''));
    const image = (await readImages(ec2, [id])).get(id);
    const problem =
      image === undefined
        ? 'there is no such AMI, or this account may not see it'
        : refuseImage(image, settings.owners, account, now());
    if (image === undefined || problem !== undefined) {
      const from = input.parameter === undefined ? '' : ` of ${input.parameter}`;
      throw namedError('ImageRefused', `${id}${from} cannot be rolled out: ${problem}.`);
    }
    const hours = (now().getTime() - new Date(image.createdAt).getTime()) / 3_600_000;
    const tooYoung =
      hours < settings.minimumAgeHours && !force
        ? `${id} is ${Math.floor(hours)} hours old; it is rolled out from ${settings.minimumAgeHours} hours on`
        : '';
    const newerThan = force ? '' : image.createdAt;
    return { ...result, next: 'survey', image, newerThan, tooYoung };
  };
}

export const factory = () => {
  const { SSM } = require('@aws-sdk/client-ssm') as typeof import('@aws-sdk/client-ssm');
  return createHandler({
    ec2: createEc2(),
    ssm: new SSM({}),
    account: requireVariable('ACCOUNT'),
    now: () => new Date(),
  });
};

/**
 * Every group is one of the component's, and in one wave only. Where none is named those of clusters are left alone:
 * their AMIs have an ECS agent, and others must not replace them.
 */
function wavesOf(
  { groups, waves }: ReturnType<typeof checkRolloutInput>,
  settings: RolloutSettings,
): Wave[] {
  const known = Object.keys(settings.groups);
  const plain = known.filter((name) => settings.groups[name]?.ecs === undefined);
  const given = waves ?? [{ groups: groups ?? plain }];
  const named = given.flatMap((wave) => wave.groups);
  const unknown = named.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw namedError(
      'InvalidInput',
      `The input of the run is wrong: no settings for the group ${unknown.join(', ')}; known are ${known.join(', ')}.`,
    );
  }
  const twice = named.find((name, index) => named.indexOf(name) !== index);
  if (twice !== undefined) {
    throw namedError(
      'InvalidInput',
      `The input of the run is wrong: the group ${twice} is in two waves.`,
    );
  }
  return given.map((wave) => ({ soakMinutes: 0, alarms: [], approval: false, ...wave }));
}

/**
 * The public parameters have two forms, the id alone and JSON that holds it:
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/retrieve-ecs-optimized_AMI.html
 */
async function readParameter(ssm: ResolveDependencies['ssm'], name: string): Promise<string> {
  const value = await readValue(ssm, name);
  let id: unknown = value;
  try {
    if (value.startsWith('{')) id = (JSON.parse(value) as { readonly image_id?: unknown }).image_id;
  } catch {
    // Refused below, as it is.
  }
  if (typeof id === 'string' && /^ami-[0-9a-f]{8,17}$/.test(id)) return id;
  throw namedError(
    'ImageRefused',
    `The parameter ${name} holds ${JSON.stringify(value.slice(0, 100))}, which is neither the id of an AMI nor JSON with one as image_id.`,
  );
}

async function readValue(ssm: ResolveDependencies['ssm'], name: string): Promise<string> {
  try {
    const answer = await ssm.getParameter({ Name: name });
    return (answer.Parameter?.Value ?? '').trim();
  } catch (error) {
    // No repetition would find it either: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html
    if (!/^Parameter(Version)?NotFound$/.test((error as Error).name)) throw error;
    throw namedError('ImageRefused', `There is no parameter ${name}.`);
  }
}
