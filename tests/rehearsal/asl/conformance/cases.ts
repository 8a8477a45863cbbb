import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Json } from '../../../../rehearsal/services/service';

/** An execution as AWS recorded it; the fields are described in the README beside the cases. */
export interface ConformanceCase {
  readonly id: string;
  /** Folder of the test. */
  readonly group: string;
  readonly type: 'STANDARD' | 'EXPRESS';
  readonly features: readonly string[];
  readonly definition: Json;
  readonly input: Json;
  readonly s3?: readonly { readonly bucket: string; readonly key: string; readonly body: string }[];
  readonly tasks: readonly RecordedTask[];
  readonly expected: Json;
  readonly events: readonly Json[];
  readonly wildcards?: readonly string[];
  readonly bindings?: Readonly<Record<string, string>>;
  readonly notes?: readonly string[];
}

export interface RecordedTask {
  readonly state?: string;
  readonly parameters: Json;
  readonly timeoutInSeconds?: number;
  readonly heartbeatInSeconds?: number;
  readonly taskCredentials?: Json;
  readonly submitted?: Json;
  readonly output?: Json;
  readonly error?: {
    readonly error: string | null;
    readonly cause?: Json;
    readonly event?: string;
  };
}

const file = path.resolve(__dirname, '../../../../../shared/asl-conformance/cases.jsonl');

/** Whether the recordings lie beside the repository. */
export function casesArePresent(): boolean {
  return fs.existsSync(file);
}

/** All cases, with the placeholders whose values are known filled in. */
export function loadCases(): readonly ConformanceCase[] {
  return fs
    .readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => bind(JSON.parse(line) as ConformanceCase));
}

function bind(recorded: ConformanceCase): ConformanceCase {
  const bindings = Object.entries(recorded.bindings ?? {})
    // The definitions and inputs of these cases name resources of the second account by the number of the first.
    .filter(([placeholder]) => placeholder !== '<secondary_test_aws_account_id>')
    .sort(([left], [right]) => right.length - left.length);
  const replace = (value: Json): Json => {
    if (typeof value === 'string') {
      return bindings.reduce(
        (text, [placeholder, bound]) => replaceIn(text, placeholder, bound),
        value,
      );
    }
    if (Array.isArray(value)) return value.map(replace);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, replace(member)]));
  };
  const { tasks, expected, events } = recorded;
  return {
    ...recorded,
    tasks: replace(tasks),
    expected: replace(expected),
    events: replace(events),
  };
}

/** A bare word counts only where it is the whole string. */
function replaceIn(text: string, placeholder: string, bound: string): string {
  if (placeholder.startsWith('<') || placeholder === 'activity_arn') {
    return text.replaceAll(placeholder, bound);
  }
  return text === placeholder ? bound : text;
}
