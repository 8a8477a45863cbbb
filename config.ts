import * as pulumi from '@pulumi/pulumi';
import {
  defaultSchedule,
  numberArguments,
  type NumberRange,
} from './components/appstream/auto-updater/arguments';
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
}

/** The raw configuration of the project: keys without namespace, values as Pulumi stores them. */
export type RawConfig = Readonly<Record<string, string>>;

/** Reads the configuration of the current stack. Throws one `pulumi.RunError` that lists every mistake. */
export function readSettings(): Settings {
  const project = pulumi.getProject();
  const raw = Object.entries(pulumi.runtime.allConfig())
    .filter(([key]) => key.startsWith(`${project}:`))
    .map(([key, value]) => [key.slice(project.length + 1), value] as const);
  const { settings, mistakes } = parseSettings(Object.fromEntries(raw));
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

/** Parses and checks the whole configuration. Each mistake names its key, what was given and what is allowed. */
export function parseSettings(raw: RawConfig): {
  readonly settings: Settings;
  readonly mistakes: readonly string[];
} {
  const reader = new Reader(raw);
  const from = reader.text(
    'emailFrom',
    '',
    emailAddress,
    'an e-mail address, such as images@example.com',
  );
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
  };
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

function emailAddress(value: string): boolean {
  return /^[^\s@<>,;"]+@[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(value);
}

function isIdentity(value: string): boolean {
  return emailAddress(value) || /^[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(value);
}
