import { middleOf } from '../duration';
import type { Json, Scope } from '../service';
import { describedTemplate, describedVersion } from './describe-launch-templates';
import { instanceAt, isForgotten } from './describe-instances';
import { impairmentBy } from './instances';
import {
  durationOf,
  outcomeOf,
  type DurationName,
  type Ec2State,
  type InstanceRecord,
  type LaunchTemplateRecord,
} from './state';

/** What the estate holds. */
export function createState(scope: Scope): Ec2State {
  const { images = [], instances = [], launchTemplates = [] } = scope.estate.ec2 ?? {};
  return structuredClone({
    images: byId(images, ({ ImageId }) => ImageId),
    instances: byId(
      instances.map((given: Json) => instanceRecord(given, scope)),
      ({ instance }) => instance.InstanceId,
    ),
    launchTemplates: byId(
      launchTemplates.map(templateRecord),
      ({ template }) => template.LaunchTemplateId,
    ),
    answered: {},
    launched: 0,
    eventsDone: 0,
  });
}

/** The state in the shape of the estate. */
export function toEstate(state: Ec2State, now: number, scope: Scope): Record<string, unknown> {
  const { images, instances, launchTemplates } = state;
  const records = Object.values(instances).filter((record) => !isForgotten(record, now));
  const parts = {
    images: Object.values(images),
    instances: records.map((record) => instanceAt(record, now)),
    launchTemplates: Object.values(launchTemplates).map(estateOf),
  };
  const isEmpty = Object.values(parts).every(({ length }) => length === 0);
  return isEmpty && scope.estate.ec2 === undefined ? {} : { ec2: structuredClone(parts) };
}

/** What is under way at the start takes the middle of its duration from then on. */
function instanceRecord({ State, ...instance }: Json, scope: Scope): InstanceRecord {
  const capturedAt = Date.parse(scope.estate.capturedAt);
  const after = (name: DurationName) => middleOf(durationOf(scope, name));
  const impairment = impairmentBy(outcomeOf(scope, instance.ImageId));
  const up = { instance, runningAt: capturedAt, checkedAt: capturedAt, ...impairment };
  switch (State?.Name ?? 'running') {
    case 'running':
      return { ...up, told: 'running' };
    case 'pending': {
      const runningAt = capturedAt + after('bootInstance');
      const checkedAt = runningAt + after('checkInstance');
      return { ...up, runningAt, checkedAt, told: 'pending' };
    }
    case 'shutting-down': {
      const terminatedAt = capturedAt + after('shutDownInstance');
      return { ...up, shuttingDownAt: capturedAt, terminatedAt, told: 'shutting-down' };
    }
    case 'terminated':
      return { ...up, shuttingDownAt: capturedAt, terminatedAt: capturedAt, told: 'terminated' };
    default:
      throw new Error(`EC2: ${instance.InstanceId} is ${State.Name}, which is not emulated`);
  }
}

function templateRecord({
  Versions,
  DefaultVersionNumber,
  LatestVersionNumber,
  ...template
}: Json): LaunchTemplateRecord {
  const numbers = Versions.map(({ VersionNumber }: Json) => VersionNumber);
  return {
    template,
    defaultVersion: DefaultVersionNumber,
    numbered: Math.max(LatestVersionNumber ?? 0, ...numbers),
    versions: byId(
      Versions.map(({ DefaultVersion, ...version }: Json) => {
        void DefaultVersion;
        return version;
      }),
      ({ VersionNumber }) => String(VersionNumber),
    ),
  };
}

function estateOf(record: LaunchTemplateRecord): Json {
  const numbers = Object.keys(record.versions).map(Number);
  return {
    ...describedTemplate(record),
    // The number of a deleted version is not given again, in a further rehearsal neither.
    LatestVersionNumber: record.numbered,
    Versions: numbers.map((number) => describedVersion(record, number)),
  };
}

function byId<Item>(items: readonly Item[], idOf: (item: Json) => string): Record<string, Item> {
  return Object.fromEntries(items.map((item) => [idOf(item), item]));
}
