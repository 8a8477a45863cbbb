import { InputError } from './input-error';
import { readInputFile, schemaProblems } from './input-file';
import * as schema from './schemas/estate.schema.json';
import { builderArn, fleetArn, imageArn } from './services/appstream/names';
import type { Duration } from './services/duration';
import type { Json } from './services/service';

/**
 * An AWS account before a rehearsal, as its file describes it: `schemas/estate.schema.json`. Shapes are those of
 * AWS's own calls, times are texts in ISO 8601. What the file leaves out has been filled in.
 */
export interface Estate {
  /** Twelve digits. */
  readonly account: string;
  readonly region: string;
  /** ISO 8601: where a rehearsal starts unless told otherwise. */
  readonly capturedAt: string;
  readonly appstream: {
    readonly images: readonly Json[];
    readonly imageBuilders: readonly Json[];
    readonly fleets: readonly Json[];
  };
  readonly ses: { readonly sandbox: boolean; readonly identities: readonly Json[] };
  readonly sns: { readonly topics: readonly { readonly TopicArn: string }[] };
  readonly dynamodb: {
    readonly tables: readonly { readonly TableName: string; readonly Items?: readonly Json[] }[];
  };
  /** By service and quota code, `appstream2:L-9B6418E0`; absent: AWS's default. */
  readonly quotas: Readonly<Record<string, number>>;
  /** By service and work, `appstream.updateImage`; absent: what the emulated service takes. */
  readonly durations: Readonly<Record<string, Readonly<Record<string, Duration>>>>;
  readonly outcomes: readonly Outcome[];
  readonly events: readonly EstateEvent[];
}

/** How an image update ends. */
export interface Outcome {
  readonly service: 'appstream';
  /** Name of the image that is updated. */
  readonly image: string;
  readonly on: 'update';
  /** Which update of it, from 1. @default every */
  readonly attempt?: number;
  readonly result: 'FAILED' | 'AVAILABLE' | 'INCOMPATIBLE';
  readonly duration?: Duration;
  /** Of the image's `StateChangeReason`, as is `message`. */
  readonly code?: string;
  readonly message?: string;
  readonly errors?: readonly Json[];
}

/** Something that happens without anybody's call, after the account was captured. */
export type EstateEvent =
  | {
      /** ISO 8601. */
      readonly at: string;
      readonly type: 'appstream.baseImageReleased';
      /** Only images of this platform. @default all */
      readonly platform?: string;
    }
  | {
      /** ISO 8601. */
      readonly at: string;
      /** Somebody starts an update in the console. It is refused where AWS would. */
      readonly type: 'appstream.imageUpdateStarted';
      /** Name of the image that is updated. */
      readonly image: string;
      /** @default somebody */
      readonly by?: string;
      /** How long it takes; of bounds, the middle. @default as every update */
      readonly duration?: Duration;
    };

/**
 * Reads an estate, YAML or JSON, and fills in what it leaves out.
 *
 * @throws {InputError} naming the file and, for every problem, the key path, what was given and what is allowed
 */
export function loadEstate(file: string): Estate {
  const given = readInputFile(file, ANYTHING);
  const problems = [...schemaProblems(schema, given), ...clashes(given)];
  if (problems.length > 0) throw new InputError(`${file} cannot be used`, problems);
  return withDefaults(given);
}

/** The schema is applied apart, so that what it finds is told together with the clashes. */
const ANYTHING = {};

function withDefaults(given: Json): Estate {
  const { account, region, capturedAt, appstream, ses, sns, dynamodb } = given;
  const scope = { partition: 'aws' as const, account, region };
  return {
    ...given,
    account,
    region,
    capturedAt,
    appstream: {
      images: (appstream?.images ?? []).map((image: Json) => ({
        Name: image.Name,
        Arn: imageArn(
          image.Visibility === 'PUBLIC' ? { ...scope, account: '' } : scope,
          image.Name,
        ),
        State: 'AVAILABLE',
        Visibility: 'PRIVATE',
        CreatedTime: capturedAt,
        ...image,
      })),
      imageBuilders: (appstream?.imageBuilders ?? []).map((builder: Json) => ({
        Name: builder.Name,
        Arn: builderArn(scope, builder.Name),
        State: 'STOPPED',
        CreatedTime: capturedAt,
        ...builder,
      })),
      fleets: (appstream?.fleets ?? []).map((fleet: Json) => ({
        Name: fleet.Name,
        Arn: fleetArn(scope, fleet.Name),
        State: 'STOPPED',
        FleetType: 'ALWAYS_ON',
        InstanceType: 'stream.standard.medium',
        ComputeCapacityStatus: { Desired: 0 },
        CreatedTime: capturedAt,
        ...fleet,
      })),
    },
    ses: {
      // As in an account that did not ask AWS yet.
      sandbox: ses?.sandbox ?? true,
      identities: (ses?.identities ?? []).map((identity: Json) => ({
        IdentityType: identity.IdentityName.includes('@') ? 'EMAIL_ADDRESS' : 'DOMAIN',
        VerificationStatus: 'SUCCESS',
        ...identity,
      })),
    },
    sns: { topics: sns?.topics ?? [] },
    dynamodb: { tables: dynamodb?.tables ?? [] },
    quotas: given.quotas ?? {},
    durations: given.durations ?? {},
    outcomes: given.outcomes ?? [],
    events: given.events ?? [],
  };
}

/** What no schema can say. It is told together with the rest, so nothing is sure of the shape yet. */
function clashes(given: Json): string[] {
  const images = listAt(given?.appstream?.images);
  return [
    ...duplicates(images, 'appstream.images', 'Name', ({ Visibility }) => Visibility !== 'SHARED'),
    ...duplicates(images, 'appstream.images', 'Arn'),
    ...duplicates(listAt(given?.appstream?.imageBuilders), 'appstream.imageBuilders', 'Name'),
    ...duplicates(listAt(given?.appstream?.fleets), 'appstream.fleets', 'Name'),
    ...duplicates(listAt(given?.ses?.identities), 'ses.identities', 'IdentityName'),
    ...duplicates(listAt(given?.sns?.topics), 'sns.topics', 'TopicArn'),
    ...duplicates(listAt(given?.dynamodb?.tables), 'dynamodb.tables', 'TableName'),
    ...foreignArns(images, given),
    ...unnamedShares(images),
  ];
}

function duplicates(
  list: readonly Json[],
  path: string,
  key: string,
  counts: (entry: Json) => boolean = () => true,
): string[] {
  const first = new Map<string, number>();
  return list.flatMap((entry, position) => {
    const name: unknown = entry?.[key];
    if (typeof name !== 'string' || !counts(entry)) return [];
    const other = first.get(name);
    if (other === undefined) first.set(name, position);
    return other === undefined
      ? []
      : [`${path}[${position}].${key} is "${name}", as is ${path}[${other}].${key}`];
  });
}

/** The ARN is what tells images apart, so it must say the same as the name and the visibility. */
function foreignArns(images: readonly Json[], given: Json): string[] {
  const scope = { partition: 'aws' as const, account: given?.account, region: given?.region };
  return images.flatMap((image, position) => {
    const { Name, Arn, Visibility = 'PRIVATE' } = image ?? {};
    if (typeof Arn !== 'string' || typeof Name !== 'string') return [];
    const own = imageArn(scope, Name);
    const place = `appstream.images[${position}].Arn is "${Arn}"`;
    if (Visibility === 'PRIVATE') return Arn === own ? [] : [`${place}; an own image has "${own}"`];
    return Arn !== own && Arn.endsWith(`:image/${Name}`)
      ? []
      : [`${place}; it must end in ":image/${Name}" and belong to another account`];
  });
}

/** An account captured without its permissions would look as if nobody used the image. */
function unnamedShares(images: readonly Json[]): string[] {
  return images.flatMap((image, position) => {
    const {
      Visibility = 'PRIVATE',
      ImageSharedWithOthers,
      SharedImagePermissionsList,
    } = image ?? {};
    const isTold = ImageSharedWithOthers === 'TRUE' && Visibility === 'PRIVATE';
    return isTold && listAt(SharedImagePermissionsList).length === 0
      ? [
          `appstream.images[${position}].ImageSharedWithOthers is "TRUE"; SharedImagePermissionsList must say with whom`,
        ]
      : [];
  });
}

function listAt(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value : [];
}
