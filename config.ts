import * as pulumi from '@pulumi/pulumi';
import {
  defaultSchedule,
  numberArguments,
  type NumberRange,
} from './components/appstream/auto-updater/arguments';
import {
  checkGroup,
  checkFollow,
  numberArguments as rolloutNumbers,
  type FollowArgs,
  type GroupArgs,
} from './components/ami/ami-rollout/arguments';
import { checkCluster, type EcsClusterArgs } from './components/ami/ecs-ami-refresher/arguments';
import type { ArgumentProblem } from './components/foundation/argument-error';
import { findScheduleMistake, isTimeZone } from './components/foundation/schedule-time';

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
}

/** The raw configuration of the project: keys without namespace, values as Pulumi stores them. */
export type RawConfig = Readonly<Record<string, string>>;

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
  const reader = new Reader(Object.fromEntries(plain));
  for (const key of encrypted) {
    reader.mistakes.push(
      `${key}: is encrypted, but would be plain in AWS; set it with --plaintext`,
    );
  }
  const from = reader.text(
    'emailFrom',
    '',
    emailAddress,
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

/** Takes typed values out of the raw ones, and remembers what was asked for and what was wrong. */
class Reader {
  readonly mistakes: string[] = [];
  private readonly known: string[] = [];

  constructor(private readonly raw: RawConfig) {}

  text(
    key: string,
    fallback: string,
    accepts: (value: string) => boolean,
    allowed: string,
  ): string {
    const value = this.take(key);
    if (value === undefined) return fallback;
    return accepts(value) ? value : this.mistake(key, value, allowed, fallback);
  }

  flag(key: string, fallback: boolean): boolean {
    const value = this.take(key);
    if (value === undefined) return fallback;
    if (value === 'true' || value === 'false') return value === 'true';
    return this.mistake(key, value, 'true or false', fallback);
  }

  schedule(key: string, fallback: string): string {
    const value = this.take(key);
    if (value === undefined) return fallback;
    const mistake = findScheduleMistake(value);
    if (mistake === undefined) return value;
    const { part, given, allowed } = mistake;
    if (part === undefined) return this.mistake(key, given, allowed, fallback);
    this.mistakes.push(`${key}: ${part} is ${given}; allowed is ${allowed}`);
    return fallback;
  }

  wholeNumber(key: string, { minimum, maximum, fallback }: NumberRange): number {
    const value = this.take(key);
    if (value === undefined) return fallback;
    const number = Number(value);
    return /^-?\d+$/.test(value) && number >= minimum && number <= maximum
      ? number
      : this.mistake(key, value, `a whole number from ${minimum} to ${maximum}`, fallback);
  }

  addresses(key: string): readonly string[] {
    const value = this.take(key);
    if (value === undefined) return [];
    const allowed = 'a list of e-mail addresses, each once, at most 50';
    let list: unknown;
    try {
      list = JSON.parse(value);
    } catch {
      return this.mistake(key, value, allowed, []);
    }
    return Array.isArray(list) &&
      // SES: https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html
      list.length <= 50 &&
      new Set(list).size === list.length &&
      list.every((entry) => typeof entry === 'string' && emailAddress(entry))
      ? (list as string[])
      : this.mistake(key, value, allowed, []);
  }

  /** A list of texts, each once. */
  texts(
    key: string,
    fallback: readonly string[],
    pattern: RegExp,
    allowed: string,
  ): readonly string[] {
    const list = this.json(key, `a list of ${allowed}, each once`, Array.isArray);
    if (list === undefined) return fallback;
    const texts = list as unknown[];
    return texts.length === new Set(texts).size &&
      texts.every((text) => typeof text === 'string' && pattern.test(text))
      ? (texts as string[])
      : this.mistake(key, JSON.stringify(list), `a list of ${allowed}, each once`, fallback);
  }

  /** A list of objects, each judged by itself. */
  entries<Entry>(
    key: string,
    check: (entry: Entry, index: number) => readonly ArgumentProblem[],
  ): readonly Entry[] {
    const isList = (value: unknown) => Array.isArray(value) && value.every(isObject);
    const list = (this.json(key, 'a list of objects', isList) ?? []) as readonly Entry[];
    return this.judged(list.map((entry, index) => [entry, check(entry, index)] as const));
  }

  /** An object whose members are objects, each judged by itself. */
  members<Member>(
    key: string,
    check: (member: Member, name: string) => readonly ArgumentProblem[],
  ): Readonly<Record<string, Member>> {
    const isMap = (value: unknown) => isObject(value) && Object.values(value).every(isObject);
    const map = (this.json(key, 'an object of objects', isMap) ?? {}) as Record<string, Member>;
    const names = Object.keys(map);
    const sound = this.judged(
      names.map((name) => [name, check(map[name] as Member, name)] as const),
    );
    return Object.fromEntries(sound.map((name) => [name, map[name] as Member]));
  }

  /** Those without problems. */
  private judged<Entry>(
    entries: readonly (readonly [Entry, readonly ArgumentProblem[]])[],
  ): readonly Entry[] {
    return entries.flatMap(([entry, problems]) => {
      for (const { argument, given, accepted } of problems) {
        this.mistakes.push(`${argument}: given ${JSON.stringify(given)}; allowed is ${accepted}`);
      }
      return problems.length === 0 ? [entry] : [];
    });
  }

  private json(key: string, allowed: string, accepts: (value: unknown) => boolean): unknown {
    const value = this.take(key);
    if (value === undefined) return undefined;
    try {
      const parsed: unknown = JSON.parse(value);
      if (accepts(parsed)) return parsed;
    } catch {
      // Told below, as it was given.
    }
    return this.mistake(key, value, allowed, undefined);
  }

  refuseUnknown(): void {
    for (const key of Object.keys(this.raw)) {
      if (this.known.includes(key)) continue;
      this.mistakes.push(`${key}: unknown key; known are ${this.known.join(', ')}`);
    }
  }

  private take(key: string): string | undefined {
    this.known.push(key);
    // Pulumi.yaml cannot declare a value without a default: an empty one is none.
    return this.raw[key] === '' ? undefined : this.raw[key];
  }

  private mistake<Value>(key: string, given: string, allowed: string, fallback: Value): Value {
    this.mistakes.push(`${key}: given ${JSON.stringify(given)}; allowed is ${allowed}`);
    return fallback;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function emailAddress(value: string): boolean {
  return /^[^\s@<>,;"]+@[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(value);
}

function isIdentity(value: string): boolean {
  return emailAddress(value) || /^[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(value);
}
