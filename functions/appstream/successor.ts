import { tagNames, type Tags } from './images';

/** What a successor is created with, and what of the source decides it. */
export interface SourceFacts {
  readonly name: string;
  readonly tags: Tags;
  /** All tags of the source, those of AWS included. */
  readonly tagCount: number;
}

/** `<BaseName>-Updated-<yyyymmdd>-<attempt>`; the date is that of the run, in UTC, so that one run has one date. */
export function successorName(source: SourceFacts, runStartedAt: string, attempt: number): string {
  const base = source.tags[tagNames().baseName] ?? source.name;
  const date = new Date(runStartedAt).toISOString().slice(0, 10).replace(/-/g, '');
  return `${base}-Updated-${date}-${attempt}`;
}

/** Those of the source, less AWS's own, with the lineage carried on. */
export function successorTags(source: SourceFacts): Tags {
  const tag = tagNames();
  return {
    ...source.tags,
    [tag.autoUpdate]: 'Enabled',
    [tag.baseName]: source.tags[tag.baseName] ?? source.name,
    [tag.source]: source.name,
  };
}

/**
 * What AppStream would refuse, so that it is known before it is asked:
 * https://docs.aws.amazon.com/appstream2/latest/APIReference/API_CreateUpdatedImage.html
 */
export function limitProblem(source: SourceFacts, target: string): string | undefined {
  if (target.length > 100) {
    return `the new name ${target} has ${target.length} characters, AppStream allows 100: shorten the tag BaseName`;
  }
  if (!/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(target) || /^(amazon|aws|appstream)/i.test(target)) {
    return `AppStream does not allow the new name ${target}: correct the tag BaseName`;
  }
  const count = Object.keys(successorTags(source)).length;
  if (count > 50) {
    return `the new image would have ${count} tags, AppStream allows 50: remove some`;
  }
  // An update that cannot be committed would be started again and again.
  const { nextVersion } = tagNames();
  const committed = source.tagCount + (source.tags[nextVersion] === undefined ? 1 : 0);
  if (committed > 50) {
    return `with ${nextVersion} the image would have ${committed} tags, AppStream allows 50: remove some`;
  }
  return undefined;
}
