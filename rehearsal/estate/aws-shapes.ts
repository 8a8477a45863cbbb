import { show } from '../input-file';
import { suggestion } from '../nearest';
import type { Json } from '../services/service';
import { schemaOf, type Shape } from '../wire/client-model';
import { convert, isObject, memberPath } from '../wire/convert';
import { kindOf, membersOf, readTimestamp } from '../wire/shape';
import { listAt } from './problems';

/** What a list of the estate holds: what a call of AWS shows, and what further calls show of it. */
interface Shown {
  readonly clientPackage: string;
  readonly operation: string;
  /** Where the operation's output has it, through lists. */
  readonly at: readonly string[];
  /** Members that the shape does not have, with what they hold; nothing is asked of `anything`. */
  readonly more?: Readonly<Record<string, Shown | 'anything'>>;
}

function shown(client: string, operation: string, at: string, more?: Shown['more']): Shown {
  const clientPackage = `@aws-sdk/client-${client}`;
  return { clientPackage, operation, at: at.split('.'), ...(more !== undefined && { more }) };
}

const CONTENTS: Readonly<Record<string, Readonly<Record<string, Shown>>>> = {
  autoscaling: {
    groups: shown('auto-scaling', 'DescribeAutoScalingGroups', 'AutoScalingGroups', {
      Activities: shown('auto-scaling', 'DescribeScalingActivities', 'Activities'),
      InstanceRefreshes: shown('auto-scaling', 'DescribeInstanceRefreshes', 'InstanceRefreshes'),
      LifecycleHooks: shown('auto-scaling', 'DescribeLifecycleHooks', 'LifecycleHooks'),
      ScheduledActions: shown(
        'auto-scaling',
        'DescribeScheduledActions',
        'ScheduledUpdateGroupActions',
      ),
      WarmPool: 'anything',
    }),
  },
  cloudwatch: { alarms: shown('cloudwatch', 'DescribeAlarms', 'MetricAlarms') },
  ec2: {
    images: shown('ec2', 'DescribeImages', 'Images'),
    instances: shown('ec2', 'DescribeInstances', 'Reservations.Instances'),
    launchTemplates: shown('ec2', 'DescribeLaunchTemplates', 'LaunchTemplates', {
      Versions: shown('ec2', 'DescribeLaunchTemplateVersions', 'LaunchTemplateVersions'),
    }),
  },
  ecs: {
    capacityProviders: shown('ecs', 'DescribeCapacityProviders', 'capacityProviders'),
    clusters: shown('ecs', 'DescribeClusters', 'clusters', { autoScalingGroups: 'anything' }),
    containerInstances: shown('ecs', 'DescribeContainerInstances', 'containerInstances'),
    services: shown('ecs', 'DescribeServices', 'services'),
    taskDefinitions: shown('ecs', 'DescribeTaskDefinition', 'taskDefinition'),
    tasks: shown('ecs', 'DescribeTasks', 'tasks'),
  },
  ssm: {
    opsItems: shown('ssm', 'GetOpsItem', 'OpsItem'),
    parameters: shown('ssm', 'GetParameter', 'Parameter', {
      History: shown('ssm', 'GetParameterHistory', 'Parameters'),
      Labels: 'anything',
    }),
  },
};

/** Where an estate differs from what AWS's calls show, by the models of the SDK: one sentence for each key. */
export function shapeProblems(given: Json): string[] {
  const published = listAt(given?.events).flatMap((event, position) =>
    event?.type === 'ec2.imagePublished'
      ? problemsOf([event.image], CONTENTS.ec2!.images!, () => `events[${position}].image`)
      : [],
  );
  const parts = Object.entries(CONTENTS).flatMap(([service, lists]) =>
    Object.entries(lists).flatMap(([name, contents]) =>
      problemsOf(given?.[service]?.[name], contents, inList(`${service}.${name}`)),
    ),
  );
  return [...parts, ...published];
}

type PathOf = (position: number) => string;

function inList(path: string): PathOf {
  return (position) => `${path}[${position}]`;
}

function problemsOf(list: Json, { more = {}, ...contents }: Shown, pathOf: PathOf): string[] {
  // What the schema tells of is not told again.
  const entries = listAt(list);
  if (entries.length === 0) return [];
  const shape = shapeOf(contents);
  return entries.flatMap((entry, position) => {
    if (!isObject(entry)) return [];
    const path = pathOf(position);
    const isMore = ([member]: readonly [string, Json]) => Object.hasOwn(more, member);
    const members = Object.entries(entry);
    const own = Object.fromEntries(members.filter((member) => !isMore(member)));
    const inside = members.filter(isMore).flatMap(([member, value]) => {
      const held = more[member];
      return held === undefined || held === 'anything'
        ? []
        : problemsOf(value, held, inList(`${path}.${member}`));
    });
    return [...misfits(own, shape, Object.keys(more), path), ...inside];
  });
}

function shapeOf({ clientPackage, operation, at }: Shown): Shape {
  const { output } = schemaOf(clientPackage, operation);
  return at.reduce<Shape>((shape, name) => {
    const member = membersOf(shape).find(([known]) => known === name)?.[1];
    if (member === undefined) throw new Error(`${operation} does not show ${name}`);
    return kindOf(member) === 'list' ? member.getValueSchema() : member;
  }, output);
}

function misfits(
  value: Json,
  root: Shape,
  more: readonly string[],
  rootPath: string,
): readonly string[] {
  const problems: string[] = [];
  const misfit = (given: Json, shape: Shape, path: string) => {
    problems.push(`${path} is ${show(given)}; it ${EXPECTED[kindOf(shape)]}`);
  };
  convert(
    value,
    root,
    {
      misfit,
      scalar: (given, shape, path) => {
        if (!isScalar(given, shape)) misfit(given, shape, path);
      },
      unknown: (key, shape, path) => {
        const members = membersOf(shape).map(([name]) => name);
        const allowed = [...members, ...(path === rootPath ? more : [])];
        const hint = suggestion(key, allowed);
        problems.push(`${memberPath(path, key)} is unknown${hint}; allowed: ${allowed.join(', ')}`);
      },
    },
    rootPath,
  );
  return problems;
}

/** In the words of the schema, so that nothing is told twice. */
const EXPECTED: Readonly<Record<string, string>> = {
  structure: 'must be object',
  unit: 'must be object',
  map: 'must be object',
  list: 'must be array',
  string: 'must be string',
  boolean: 'must be boolean',
  number: 'must be number',
  timestamp: 'must match format "date-time"',
  blob: 'cannot be given',
};

function isScalar(value: Json, shape: Shape): boolean {
  const kind = kindOf(shape);
  return kind === 'timestamp'
    ? typeof value === 'string' && readTimestamp(value, 'date-time') !== undefined
    : typeof value === kind;
}
