import * as pulumi from '@pulumi/pulumi';
import { defaultSchedule, numberArguments } from './components/appstream/auto-updater/arguments';
import {
  checkGroup,
  checkFollow,
  numberArguments as rolloutNumbers,
  type FollowArgs,
  type GroupArgs,
} from './components/ami/ami-rollout/arguments';
import { checkCluster, type EcsClusterArgs } from './components/ami/ecs-ami-refresher/arguments';
import { isTimeZone } from './components/foundation/schedule-time';
import {
  defaultCategory,
  opsItemCategories,
  opsItemSeverity,
  type OpsItemCategory,
} from './components/operations/ops-alarms/arguments';
import { isEmailAddress, SettingsReader, type RawConfig } from './config-reader';

/** The settings of a stack, validated. Documented in `Pulumi.yaml`. */
export interface Settings {
  readonly appstreamAutoUpdate: boolean;
  readonly schedule: string;
  readonly timeZone: string;
  readonly batchSize: number;
  readonly attempts: number;
  readonly pollMinutes: number;
  readonly startHours: number;
  readonly finishHours: number;
  readonly email: {
    readonly from: string;
    readonly to: readonly string[];
    readonly identity: string;
  };
  readonly protectFromDeletion: boolean;
  readonly amiGroups: Readonly<Record<string, GroupArgs>>;
  readonly amiFollow: readonly FollowArgs[];
  readonly amiInstanceRoles: readonly string[];
  readonly amiOwners: readonly string[];
  readonly amiMinimumAgeHours: number;
  readonly amiAttempts: number;
  readonly ecsClusters: readonly EcsClusterArgs[];
  readonly opsAlarms: boolean;
  readonly opsItemSeverity: number;
  readonly opsItemCategory: OpsItemCategory;
}

/** Reads the configuration of the current stack. Throws one `pulumi.RunError` that lists every mistake. */
export function readSettings(): Settings {
  const project = pulumi.getProject();
  const raw = Object.entries(pulumi.runtime.allConfig())
    .filter(([key]) => key.startsWith(`${project}:`))
    .map(([key, value]) => [key.slice(project.length + 1), value] as const);
  // The SDK has it, but leaves it out of its types.
  const { isConfigSecret } = pulumi.runtime as unknown as {
    isConfigSecret(this: void, key: string): boolean;
  };
  const encrypted = raw.map(([key]) => key).filter((key) => isConfigSecret(`${project}:${key}`));
  const { settings, mistakes } = parseSettings(Object.fromEntries(raw), encrypted);
  if (mistakes.length > 0) {
    const stack = pulumi.getStack();
    const count = mistakes.length === 1 ? 'a mistake' : `${mistakes.length} mistakes`;
    throw new pulumi.RunError(
      `The configuration of stack ${stack} (Pulumi.${stack}.yaml) has ${count}:\n` +
        mistakes.map((mistake) => `  ${project}:${mistake}`).join('\n'),
    );
  }
  return settings;
}

/**
 * Parses and checks the whole configuration. Each mistake names its key, what was given and what is allowed.
 *
 * @param encrypted keys of `raw` that are secret. No setting can be: each is plain in AWS, and so in the stack's state,
 * where somebody who encrypted it does not expect it.
 */
export function parseSettings(
  raw: RawConfig,
  encrypted: readonly string[] = [],
): {
  readonly settings: Settings;
  readonly mistakes: readonly string[];
} {
  const plain = Object.entries(raw).filter(([key]) => !encrypted.includes(key));
  const reader = new SettingsReader(Object.fromEntries(plain));
  for (const key of encrypted) {
    reader.mistakes.push(
      `${key}: is encrypted, but would be plain in AWS; set it with --plaintext`,
    );
  }
  const from = reader.text(
    'emailFrom',
    '',
    isEmailAddress,
    'an e-mail address, such as images@example.com',
  );
  const ecsClusters = reader.entries<EcsClusterArgs>('ecsClusters', (cluster, index) =>
    checkCluster(`ecsClusters[${index}]`, cluster),
  );
  const amiGroups = reader.members<GroupArgs>('amiGroups', (group, name) =>
    checkGroup(`amiGroups.${name}`, group),
  );
  const groupNames = [...Object.keys(amiGroups), ...ecsClusters.flatMap(({ groups }) => groups)];
  const settings: Settings = {
    appstreamAutoUpdate: reader.flag('appstreamAutoUpdate', true),
    schedule: reader.schedule('schedule', defaultSchedule),
    timeZone: reader.text(
      'timeZone',
      'UTC',
      isTimeZone,
      'an IANA time zone, such as Europe/Berlin',
    ),
    batchSize: reader.wholeNumber('batchSize', numberArguments.batchSize),
    attempts: reader.wholeNumber('attempts', numberArguments.attempts),
    pollMinutes: reader.wholeNumber('pollMinutes', numberArguments.pollMinutes),
    startHours: reader.wholeNumber('startHours', numberArguments.startHours),
    finishHours: reader.wholeNumber('finishHours', numberArguments.finishHours),
    email: {
      from,
      to: reader.addresses('emailTo'),
      identity: reader.text('emailIdentity', from, isIdentity, 'an e-mail address or a domain'),
    },
    protectFromDeletion: reader.flag('protectFromDeletion', false),
    amiGroups,
    amiFollow: reader.entries<FollowArgs>('amiFollow', (follow, index) =>
      checkFollow(`amiFollow[${index}]`, follow, groupNames),
    ),
    amiInstanceRoles: reader.texts(
      'amiInstanceRoles',
      [],
      /^[\w+=,.@-]{1,64}$/,
      'names of IAM roles',
    ),
    amiOwners: reader.texts(
      'amiOwners',
      ['self', 'amazon'],
      /^(self|amazon|\d{12})$/,
      'self, amazon, or account numbers of twelve digits',
    ),
    amiMinimumAgeHours: reader.wholeNumber('amiMinimumAgeHours', rolloutNumbers.minimumAgeHours),
    amiAttempts: reader.wholeNumber('amiAttempts', rolloutNumbers.attempts),
    ecsClusters,
    opsAlarms: reader.flag('opsAlarms', true),
    opsItemSeverity: reader.wholeNumber('opsItemSeverity', opsItemSeverity),
    opsItemCategory: reader.oneOf('opsItemCategory', opsItemCategories, defaultCategory),
  };
  for (const name of groupNames.filter((group, index) => groupNames.indexOf(group) !== index)) {
    reader.mistakes.push(`ecsClusters: the group ${name} is there twice, or in amiGroups as well`);
  }
  if (settings.amiFollow.length > 0 && groupNames.length === 0 && reader.mistakes.length === 0) {
    reader.mistakes.push('amiFollow: there is no group to be moved; set amiGroups');
  }
  if (settings.email.to.length > 0 && (raw['emailFrom'] ?? '') === '') {
    reader.mistakes.push('emailFrom: not given; it is required with emailTo');
  }
  reader.refuseUnknown();
  return { settings, mistakes: reader.mistakes };
}

function isIdentity(value: string): boolean {
  return isEmailAddress(value) || /^[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(value);
}
