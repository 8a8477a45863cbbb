import * as pulumi from '@pulumi/pulumi';

/** A resource as a component registered it. */
export interface Recorded {
  readonly type: string;
  readonly name: string;
  // Inputs are whatever the resource type takes.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly inputs: any;
}

/**
 * Runs a program under Pulumi's mocks and returns what it registered, in order. Every resource is awaited: a
 * closure that is serialized after the end of a test would crash jest (pulumi/pulumi#11113).
 */
export async function record(program: () => void | Promise<void>): Promise<Recorded[]> {
  const recorded: Recorded[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs }) => {
        recorded.push({ type, name, inputs });
        return {
          id: `${name}-id`,
          state: {
            ...inputs,
            name: inputs.name ?? name,
            arn: `arn:aws:mock:::${name}`,
            url: `https://${name}`,
          },
        };
      },
      call: ({ token }) => {
        if (token === 'aws:index/getCallerIdentity:getCallerIdentity') {
          return { accountId: '111122223333' };
        }
        if (token === 'aws:index/getRegion:getRegion') return { region: 'eu-west-1' };
        if (token === 'aws:index/getPartition:getPartition') return { partition: 'aws' };
        throw new Error(`The mocks do not answer ${token}.`);
      },
    },
    'evergreen',
    'test',
    false,
  );
  await program();
  // Exported, but not declared.
  await (pulumi.runtime as unknown as { waitForRPCs: () => Promise<void> }).waitForRPCs();
  return recorded;
}

/** The only resource of a type whose name ends so. */
export function find(recorded: readonly Recorded[], type: string, suffix: string): Recorded {
  const found = recorded.filter(
    (resource) => resource.type === type && resource.name.endsWith(suffix),
  );
  const [only] = found;
  if (only === undefined || found.length > 1) {
    const names = recorded.filter((one) => one.type === type).map((one) => one.name);
    throw new Error(`${found.length} of ${type} end in ${suffix}; there are: ${names.join(', ')}`);
  }
  return only;
}

/** The serialized code of a function: what is deployed. */
export async function shippedCode(lambda: Recorded): Promise<Record<string, string>> {
  const assets = (await lambda.inputs.code.assets) as Record<string, pulumi.asset.StringAsset>;
  const files: Record<string, string> = {};
  for (const [name, asset] of Object.entries(assets)) files[name] = await asset.text;
  return files;
}
