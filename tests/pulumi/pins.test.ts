import * as fs from 'node:fs';
import * as path from 'node:path';
import * as manifest from '../../package.json';

test("the engine's client is of the same version as the SDK of the program", () => {
  const pins = fs.readFileSync(path.join(__dirname, 'engine-client', 'go.mod'), 'utf8');
  const pinned = /github\.com\/pulumi\/pulumi\/sdk\/v3 v(\S+)/.exec(pins)?.[1];
  expect(pinned).toBe(manifest.dependencies['@pulumi/pulumi']);
});
