const common = require('../../jest.config');

/** @type {import('jest').Config} */
module.exports = {
  ...common,
  rootDir: '../..',
  testMatch: [
    '<rootDir>/tests/pulumi/with-engine-client.ts',
    '<rootDir>/tests/pulumi/cli/*.cli-test.ts',
  ],
  // A few commands of the CLI, on a machine that is busy.
  testTimeout: 1_800_000,
};
