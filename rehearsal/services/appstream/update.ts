import { AwsError, type Call, type Json, type Operation } from '../service';
import { drawDuration } from '../duration';
import { withDates } from './describe-images';
import { checkLength, checkName, checkNewName, checkTags, builderArn, imageArn } from './names';
import {
  buildersAt,
  durationOf,
  endOf,
  hasUpdates,
  imageAt,
  outcomeOf,
  type AppStreamState,
  type Creation,
  type ImageRecord,
} from './state';
import { requestTags, resourceTags } from './tags';

/** AWS's defaults, by quota code: https://docs.aws.amazon.com/appstream2/latest/developerguide/limits.html */
const QUOTAS = {
  'appstream2:L-9B6418E0': { name: 'concurrent image updates', value: 5 },
  'appstream2:L-E1182CCA': { name: 'images', value: 10 },
  'appstream2:L-DE32F884': { name: 'image builders', value: 10 },
} as const;

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
    checkInput(input);
    const source = updatableImage(input.existingImageName, state, call);
    const arn = imageArn(call.scope, input.newImageName);
    if (state.images[arn] !== undefined) {
      const message = `The image ${input.newImageName} already exists.`;
      throw new AwsError('ResourceAlreadyExistsException', message);
    }
    if (input.dryRun === true) {
      call.uses('dry-run');
      return { canUpdateImage: hasUpdates(source, call.now, call.scope) };
    }
    checkMayStart(source, state, call);
    const record = begin(input, source, state, call);
    state.images[arn] = record;
    return { image: withDates(imageAt(record, call.now)) };
  },
};

function checkInput(input: Json): void {
  checkName('existingImageName', input.existingImageName);
  checkNewName('newImageName', input.newImageName);
  checkLength('newImageDescription', input.newImageDescription, 256);
  checkLength('newImageDisplayName', input.newImageDisplayName, 100);
  if (input.newImageTags !== undefined) checkTags('newImageTags', input.newImageTags);
}

/** What AWS requires: https://docs.aws.amazon.com/appstream2/latest/developerguide/administer-images.html */
function updatableImage(name: string, state: AppStreamState, call: Call): ImageRecord {
  const own = state.images[imageArn(call.scope, name)];
  if (own === undefined) {
    const other = Object.values(state.images).some(({ image }) => image.Name === name);
    throw other
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

function incompatibility(image: Json, state: AppStreamState, call: Call): string | undefined {
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

function checkMayStart(source: ImageRecord, state: AppStreamState, call: Call): void {
  const { now, scope, uses } = call;
  const { Name } = source.image;
  const images = Object.values(state.images);
  const updates = images
    .flatMap(({ creation }) => creation ?? [])
    .filter(({ state, endsAt }) => state === 'CREATING' && now < endsAt);
  const starting = updates.some(
    ({ source, pendingUntil }) => source === Name && now < pendingUntil,
  );
  if (starting) {
    uses('concurrent-modification');
    const message = `The image ${Name} is being modified. Wait a few minutes and try again.`;
    throw new AwsError('ConcurrentModificationException', message);
  }
  uses('quotas');
  const used: Record<keyof typeof QUOTAS, number> = {
    'appstream2:L-9B6418E0': updates.length,
    'appstream2:L-E1182CCA': images.filter(({ image }) => image.Visibility === 'PRIVATE').length,
    'appstream2:L-DE32F884': buildersAt(state, now).length,
  };
  for (const [code, { name, value }] of Object.entries(QUOTAS)) {
    const limit: number = scope.estate.quotas?.[code] ?? value;
    if (used[code as keyof typeof QUOTAS] >= limit) {
      const message = `The limit of ${limit} ${name} is reached.`;
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
  { now, random, scope, uses }: Call,
): ImageRecord {
  uses('update-life');
  if (scope.estate.durations?.appstream?.updateImage === undefined) uses('update-duration');
  uses('late-visibility');
  const attempt = nextAttempt(state, source.Name);
  state.attempts[source.Name] = attempt;
  const outcome = outcomeOf(scope, source.Name, attempt);
  const draw = (name: Parameters<typeof durationOf>[1]) =>
    drawDuration(durationOf(scope, name), random);
  const endsAt = now + drawDuration(outcome?.duration ?? durationOf(scope, 'updateImage'), random);
  const creation: Creation = {
    source: source.Name,
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
