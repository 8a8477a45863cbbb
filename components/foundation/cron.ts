/** What is wrong with a schedule: what was given, what is allowed. */
export interface Mistake {
  /** Such as `hour`. Absent where the text as a whole is no schedule. */
  readonly part?: string;
  readonly given: string;
  readonly allowed: string;
}

interface Field {
  readonly name: string;
  readonly minimum: number;
  readonly maximum: number;
  /** Of the values, from the minimum on. */
  readonly names?: readonly string[];
  /** A step of the days of the week is not documented. */
  readonly steps?: false;
  /** What else the field can be, alone: not in a list. */
  readonly special?: { readonly pattern: RegExp; readonly allowed: string };
}

/**
 * The six fields of a cron expression, as the table says:
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#cron-based
 */
const fields: readonly Field[] = [
  { name: 'minute', minimum: 0, maximum: 59 },
  { name: 'hour', minimum: 0, maximum: 23 },
  {
    name: 'day of month',
    minimum: 1,
    maximum: 31,
    special: {
      pattern: /^(\?|L|([1-9]|[12]\d|3[01])W)$/,
      allowed: '?, L (the last day) or 15W (the weekday nearest to the 15th)',
    },
  },
  {
    name: 'month',
    minimum: 1,
    maximum: 12,
    names: 'JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC'.split(' '),
  },
  {
    name: 'day of week',
    minimum: 1,
    maximum: 7,
    names: 'SUN MON TUE WED THU FRI SAT'.split(' '),
    steps: false,
    special: {
      pattern: /^(\?|L|([1-7]|SUN|MON|TUE|WED|THU|FRI|SAT)(L|#[1-5]))$/,
      allowed: '?, L (Saturday), FRIL (the last Friday) or TUE#2 (the second Tuesday)',
    },
  },
  { name: 'year', minimum: 1970, maximum: 2199 },
];

/** What is wrong with six cron fields in upper case, if anything. */
export function findCronMistake(cron: string): Mistake | undefined {
  const parts = cron.split(' ');
  for (const [index, field] of fields.entries()) {
    const part = parts[index] ?? '';
    if (field.special?.pattern.test(part) === true) continue;
    const wrong = part.split(',').find((element) => !isElement(element, field));
    if (wrong !== undefined) return { part: field.name, given: wrong, allowed: describe(field) };
  }
  const [, , dayOfMonth = '', , dayOfWeek = ''] = parts;
  // One of the two, and only one, is left open.
  if ((dayOfMonth === '?') !== (dayOfWeek === '?')) return undefined;
  const allowed = dayOfMonth === '?' ? 'anything but ?' : '?';
  return {
    part: 'day of week',
    given: dayOfWeek,
    allowed: `${allowed} where day of month is ${dayOfMonth}`,
  };
}

/** A value, a range from low to high, or everything; each perhaps in steps: `5`, `MON-FRI`, `*`, `0/15`, `8-18/2`. */
function isElement(element: string, field: Field): boolean {
  const match = /^(?:\*|([^-/]+)(?:-([^-/]+))?)(?:\/(\d+))?$/.exec(element);
  if (match === null) return false;
  const [, from, to, step] = match;
  if (step !== undefined && (field.steps === false || !isWithin(Number(step), 1, field.maximum))) {
    return false;
  }
  if (from === undefined) return true;
  const low = valueOf(from, field);
  const high = to === undefined ? low : valueOf(to, field);
  // AWS does not document ranges that go round, such as FRI-MON.
  return isWithin(low, field.minimum, high) && isWithin(high, low, field.maximum);
}

function valueOf(text: string, { names = [], minimum }: Field): number {
  if (/^\d+$/.test(text)) return Number(text);
  return names.includes(text) ? names.indexOf(text) + minimum : NaN;
}

function isWithin(value: number, minimum: number, maximum: number): boolean {
  return value >= minimum && value <= maximum;
}

function describe({ minimum, maximum, names, special }: Field): string {
  const named = names === undefined ? '' : ` or ${names[0]} to ${names.at(-1)}`;
  const others = special === undefined ? '' : `, or alone ${special.allowed}`;
  return `${minimum} to ${maximum}${named}${others}`;
}
