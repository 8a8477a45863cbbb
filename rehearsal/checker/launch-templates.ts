import type { Json } from '../services/service';

/** A launch template as far as the invariants ask about it. */
export interface Template {
  readonly id: string;
  readonly name: string;
  defaultVersion: number;
  /** By number: what the version launches, the id of an AMI or `resolve:ssm:…`; `undefined` where it names nothing. */
  readonly versions: Map<number, string | undefined>;
}

/** A version of a launch template. */
export interface Version {
  readonly template: Template;
  readonly number: number;
}

/** What a group launches: with an instance type that is overridden, or (`place` is empty) with any other. */
export interface Launch {
  readonly place: string;
  /** A `LaunchTemplateSpecification`: id or name, and a number, `$Latest` or `$Default`. */
  readonly specification: Json;
  /** An AMI that is launched instead of that of the version. */
  readonly image?: string;
}

/** The launch templates of an estate, a copy of one's own. */
export function templatesOf(estate: Json): Template[] {
  const templates: Json[] = estate?.ec2?.launchTemplates ?? [];
  return templates.map((template) => {
    const versions: Json[] = template.Versions ?? [];
    const standard = versions.find(({ DefaultVersion }) => DefaultVersion === true);
    return {
      id: template.LaunchTemplateId ?? template.LaunchTemplateName,
      name: template.LaunchTemplateName ?? template.LaunchTemplateId,
      defaultVersion: template.DefaultVersionNumber ?? standard?.VersionNumber ?? 1,
      versions: new Map(versions.map((version) => [version.VersionNumber, imageOf(version)])),
    };
  });
}

/** What a `LaunchTemplateVersion` launches. */
export function imageOf(version: Json): string | undefined {
  return version?.LaunchTemplateData?.ImageId;
}

/** The template that a specification or a request means. */
export function findTemplate(
  templates: readonly Template[],
  { LaunchTemplateId: id, LaunchTemplateName: name }: Json,
): Template | undefined {
  return templates.find((template) =>
    id === undefined ? template.name === name : template.id === id,
  );
}

/** The version that a specification means now; the default one where it names none. */
export function findVersion(
  templates: readonly Template[],
  specification: Json,
): Version | undefined {
  const template = findTemplate(templates, specification);
  if (template === undefined) return undefined;
  const version: string | undefined = specification.Version;
  if (version === undefined || version === '$Default') {
    return { template, number: template.defaultVersion };
  }
  const number = version === '$Latest' ? Math.max(...template.versions.keys()) : Number(version);
  return { template, number };
}

/** What a group or a `DesiredConfiguration` launches; nothing that is known for a launch configuration. */
export function launchesOf({ LaunchTemplate: plain, MixedInstancesPolicy: mixed }: Json): Launch[] {
  const base = plain ?? mixed?.LaunchTemplate?.LaunchTemplateSpecification;
  if (base === undefined) return [];
  const overrides: Json[] = mixed?.LaunchTemplate?.Overrides ?? [];
  return [
    { place: '', specification: base },
    ...overrides.flatMap(({ InstanceType, LaunchTemplateSpecification, ImageId }): Launch[] =>
      LaunchTemplateSpecification === undefined && ImageId === undefined
        ? []
        : [
            {
              place: String(InstanceType),
              specification: LaunchTemplateSpecification ?? base,
              ...(ImageId !== undefined && { image: ImageId }),
            },
          ],
    ),
  ];
}

/** The AMIs that would be launched now, by place; those that nobody knows are left out. */
export function launchedImages(
  launches: readonly Launch[],
  templates: readonly Template[],
): ReadonlyMap<string, string> {
  return new Map(
    launches.flatMap(({ place, specification, image }) => {
      const version = findVersion(templates, specification);
      const launched = image ?? version?.template.versions.get(version.number);
      return launched === undefined ? [] : [[place, launched] as const];
    }),
  );
}

/** How people are told of a version: `web version 4`. */
export function versionName({ template, number }: Version): string {
  return `${template.name} version ${number}`;
}
