import { AwsError, type Call, type Json, type Operation } from '../service';
import { drawDuration, type Duration } from '../duration';
import { checkLength, checkName, checkNewName, checkTags, builderArn, imageArn } from './names';
import { withDates } from './page';
import { limitOf, QUOTAS, type QuotaCode } from './quotas';
import {
  buildersAt,
  creationsAt,
  durationOf,
  endOf,
  foreignImage,
  hasUpdates,
  imageAt,
  outcomeOf,
  type AppStreamState,
  type Creation,
  type ImageRecord,
} from './state';
import { requestTags, resourceTags } from './tags';

/** https://docs.aws.amazon.com/appstream2/latest/APIReference/API_CreateUpdatedImage.html */
export const createUpdatedImage: Operation<AppStreamState> = {
  mutates: true,
  authorize: (input, state, scope) => [
    {
      action: 'appstream:CreateUpdatedImage',
      resource: imageArn(scope, input.existingImageName),
      context: {
        ...resourceTags(state.images[imageArn(scope, input.existingImageName)]),
        ...requestTags(input.newImageTags),
      },
    },
  ],
  handle: (input, state, call) => {
    if (input.dryRun === true) {
      const source = checkedSource(input, state, call);
      call.uses('dry-run');
      return { canUpdateImage: hasUpdates(source, call.now, call.scope) };
    }
    return { image: withDates(imageAt(startUpdate(input, state, call), call.now)) };
  },
};

/** The part of a call that an update needs: nobody calls for those that others start. */
export type UpdateContext = Pick<Call, 'now' | 'random' | 'scope' | 'uses'>;

/** What the estate says of an update that somebody else starts. */
export interface UpdateByOthers {
  readonly by: string;
  readonly duration?: Duration;
}

/**
 * Starts an update in the given account.
 *
 * @throws {AwsError} as CreateUpdatedImage does; the account is as it was
 */
export function startUpdate(
  input: Json,
  state: AppStreamState,
  call: UpdateContext,
  others?: UpdateByOthers,
): ImageRecord {
  const source = checkedSource(input, state, call);
  checkMayStart(source, state, call);
  const record = begin(input, source, state, call, others);
  const { Arn } = record.image;
  state.images[Arn] = record;
  state.arns.push(Arn);
  state.inFlight = [...creationsAt(state, call.now).map(([arn]) => arn), Arn];
  return record;
}

/** The image that is to be updated, where an update could follow. */
function checkedSource(input: Json, state: AppStreamState, call: UpdateContext): ImageRecord {
  checkInput(input);
  const source = updatableImage(input.existingImageName, state, call);
  if (state.images[imageArn(call.scope, input.newImageName)] !== undefined) {
    const message = `The image ${input.newImageName} already exists.`;
    throw new AwsError('ResourceAlreadyExistsException', message);
  }
  return source;
}

function checkInput(input: Json): void {
  checkName('existingImageName', input.existingImageName);
  checkNewName('newImageName', input.newImageName);
  checkLength('newImageDescription', input.newImageDescription, 256);
  checkLength('newImageDisplayName', input.newImageDisplayName, 100);
  if (input.newImageTags !== undefined) checkTags('newImageTags', input.newImageTags);
}

/** What AWS requires: https://docs.aws.amazon.com/appstream2/latest/developerguide/administer-images.html */
function updatableImage(name: string, state: AppStreamState, call: UpdateContext): ImageRecord {
  const own = state.images[imageArn(call.scope, name)];
  if (own === undefined) {
    const other = foreignImage(state, ({ Name }) => Name === name);
    throw other !== undefined
      ? notPermitted(`The image ${name} belongs to another account.`)
      : new AwsError('ResourceNotFoundException', `The image ${name} does not exist.`);
  }
  const image = imageAt(own, call.now);
  if (image.State !== 'AVAILABLE') {
    throw notPermitted(`The image ${name} is ${image.State}. It must be AVAILABLE.`);
  }
  const obstacle = incompatibility(image, state, call);
  if (obstacle !== undefined) {
    call.uses('incompatible');
    throw new AwsError('IncompatibleImageException', obstacle);
  }
  return own;
}

function incompatibility(
  image: Json,
  state: AppStreamState,
  call: UpdateContext,
): string | undefined {
  const outcome = outcomeOf(call.scope, image.Name, nextAttempt(state, image.Name));
  if (outcome?.result === 'INCOMPATIBLE') {
    return outcome.message ?? `The image ${image.Name} is not compatible with image updates.`;
  }
  if (image.Platform !== undefined && !image.Platform.startsWith('WINDOWS')) {
    return `The image ${image.Name} runs ${image.Platform}. Only Windows images can be updated.`;
  }
  if (Date.parse(image.PublicBaseImageReleasedDate) < Date.parse('2017-07-24T00:00:00Z')) {
    return `The base image of ${image.Name} was released before July 24, 2017.`;
  }
  return undefined;
}

function checkMayStart(source: ImageRecord, state: AppStreamState, call: UpdateContext): void {
  const { now, scope, uses } = call;
  const { Name } = source.image;
  const updates = creationsAt(state, now)
    .map(([, creation]) => creation)
    .filter(({ state }) => state === 'CREATING');
  const starting = updates.some(
    ({ source, pendingUntil }) => source === Name && now < pendingUntil,
  );
  if (starting) {
    uses('concurrent-modification');
    const message = `The image ${Name} is being modified. Wait a few minutes and try again.`;
    throw new AwsError('ConcurrentModificationException', message);
  }
  uses('quotas');
  const used = [
    ['appstream2:L-9B6418E0', updates.length],
    ['appstream2:L-E1182CCA', state.arns.length - state.foreignArns.length],
    ['appstream2:L-DE32F884', buildersAt(state, now).length],
  ] as const satisfies readonly (readonly [QuotaCode, number])[];
  for (const [code, number] of used) {
    const limit = limitOf(scope, code);
    if (number >= limit) {
      const message = `The limit of ${limit} ${QUOTAS[code].name.toLowerCase()} is reached.`;
      throw new AwsError('LimitExceededException', message);
    }
  }
  if (!hasUpdates(source, now, scope)) {
    uses('nothing-to-update');
    throw notPermitted(`The image ${Name} has the latest updates.`);
  }
}

function begin(
  input: Json,
  { image: source }: ImageRecord,
  state: AppStreamState,
  { now, random, scope, uses }: UpdateContext,
  others?: UpdateByOthers,
): ImageRecord {
  uses('update-life');
  if (scope.estate.durations?.appstream?.updateImage === undefined) uses('update-duration');
  uses('late-visibility');
  const attempt = nextAttempt(state, source.Name);
  state.attempts[source.Name] = attempt;
  const outcome = outcomeOf(scope, source.Name, attempt);
  const draw = (name: Parameters<typeof durationOf>[1]) =>
    drawDuration(durationOf(scope, name), random);
  const duration = others?.duration ?? outcome?.duration ?? durationOf(scope, 'updateImage');
  const endsAt = now + drawDuration(duration, random);
  const creation: Creation = {
    source: source.Name,
    ...(others !== undefined && { by: others.by }),
    visibleAt: now + draw('listImage'),
    pendingUntil: now + draw('queueUpdate'),
    state: 'CREATING',
    qualifyingAt: endsAt - draw('qualifyUpdate'),
    endsAt,
    end: endOf(outcome, endsAt),
    imageBuilder: temporaryBuilder(input.newImageName, source, { now, random, scope }),
  };
  return {
    image: {
      Name: input.newImageName,
      Arn: imageArn(scope, input.newImageName),
      ...inherited(source),
      ...(input.newImageDisplayName !== undefined && { DisplayName: input.newImageDisplayName }),
      ...(input.newImageDescription !== undefined && { Description: input.newImageDescription }),
      Visibility: 'PRIVATE',
      CreatedTime: new Date(now).toISOString(),
      // An update brings the latest agent.
      LatestAppstreamAgentVersion: 'TRUE',
      // https://docs.aws.amazon.com/appstream2/latest/APIReference/API_CreateUpdatedImage.html knows no permissions.
      ImageSharedWithOthers: 'FALSE',
    },
    tags: structuredClone(input.newImageTags ?? {}),
    sharedWith: [],
    freshSince: now,
    creation,
  };
}

/** What an update leaves as it is. */
function inherited(source: Json): Json {
  const kept = [
    'BaseImageArn',
    'ImageBuilderSupported',
    'Platform',
    'Applications',
    'PublicBaseImageReleasedDate',
    'SupportedInstanceFamilies',
    'DynamicAppProvidersEnabled',
    'ManagedSoftwareIncluded',
    'ImageType',
  ];
  const entries = Object.entries(source).filter(([member]) => kept.includes(member));
  return structuredClone(Object.fromEntries(entries));
}

/** AppStream names its builder with a random suffix of ten digits. */
function temporaryBuilder(
  imageName: string,
  source: Json,
  { now, random, scope }: Pick<Call, 'now' | 'random' | 'scope'>,
): Json {
  const suffix = String(Math.floor(random() * 1e10)).padStart(10, '0');
  const Name = `${imageName.slice(0, 89)}-${suffix}`;
  return {
    Name,
    Arn: builderArn(scope, Name),
    ImageArn: source.Arn,
    ...(source.Platform !== undefined && { Platform: source.Platform }),
    CreatedTime: new Date(now).toISOString(),
  };
}

function nextAttempt(state: AppStreamState, name: string): number {
  return (Object.hasOwn(state.attempts, name) ? state.attempts[name]! : 0) + 1;
}

function notPermitted(message: string): AwsError {
  return new AwsError('OperationNotPermittedException', message);
}
