import * as fs from 'node:fs';
import * as path from 'node:path';
import * as manifest from '../../package.json';

const sdk = manifest.dependencies['@pulumi/pulumi'];

test.each([
  ['the Pulumi CLI', 'cli', 'pkg/v3'],
  ["the engine's client", 'engine-client', 'sdk/v3'],
])(
  '%s that Go builds is of the same version as the SDK of the program',
  (_what, folder, module) => {
    const pins = fs.readFileSync(path.join(__dirname, folder, 'go.mod'), 'utf8');
    const pinned = new RegExp(`github\\.com/pulumi/pulumi/${module} v(\\S+)`).exec(pins)?.[1];
    expect(pinned).toBe(sdk);
  },
);

test('the npm package of the CLI is of that version as well', () => {
  expect(manifest.devDependencies.pulumi).toBe(sdk);
});
