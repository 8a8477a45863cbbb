const common = require('../../jest.config');

/** @type {import('jest').Config} */
module.exports = {
  ...common,
  rootDir: '../..',
  testMatch: ['<rootDir>/tests/pulumi/with-engine-client.ts'],
};
