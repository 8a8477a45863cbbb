/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/tests'],
  testMatch: ['**/*.test.ts'],
  transform: { '^.+\\.ts$': ['ts-jest', { diagnostics: false }] },
  // v8, because istanbul's counters would be serialized into the Lambda archives that the tests run.
  coverageProvider: 'v8',
  // Pulumi's runtime keeps its state on the global object and reads it after a test file has ended.
  testEnvironmentOptions: { globalsCleanup: 'off' },
  setupFiles: ['<rootDir>/tests/support/jest-environment.ts'],
  testTimeout: 300_000,
  maxWorkers: 2,
  // A worker keeps what its test files leave behind, some 5 GB after all of them: a new one takes its place.
  workerIdleMemoryLimit: '2GB',
};
