import pulumi from '@pulumi/eslint-plugin';
import tseslint from 'typescript-eslint';

/** The arrows of the architecture: each folder, and what it must not know. */
const mustNotImport = {
  functions: ['**/components/**', '**/policy/**', '**/rehearsal/**', '@pulumi/*', '@pulumi/*/**'],
  components: ['**/policy/**', '**/rehearsal/**', '**/config', '**/config-reader'],
  policy: [
    '**/components/**',
    '**/functions/**',
    '**/rehearsal/**',
    '**/config',
    '**/config-reader',
  ],
  rehearsal: [
    '**/components/**',
    '**/functions/**',
    '**/policy/**',
    '**/config',
    '**/config-reader',
  ],
};

export default tseslint.config(
  { ignores: ['node_modules', 'coverage', '**/*.js', '**/*.mjs'] },
  ...tseslint.configs.recommendedTypeChecked,
  {
    plugins: { '@pulumi': pulumi },
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      ...Object.fromEntries(Object.keys(pulumi.rules).map((rule) => [`@pulumi/${rule}`, 'error'])),
      eqeqeq: 'error',
      'no-restricted-globals': ['error', 'fdescribe', 'fit', 'xit', 'xdescribe', 'xtest'],
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      // `Json` is data from files, wires and Pulumi inputs: schemas check it, not types.
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/restrict-template-expressions': 'off',
      // Fakes implement asynchronous interfaces without waiting for anything.
      '@typescript-eslint/require-await': 'off',
    },
  },
  ...Object.entries(mustNotImport).map(([folder, group]) => ({
    files: [`${folder}/**/*.ts`],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            { group, message: `${folder}/ must not know this: see the README, "The house".` },
          ],
        },
      ],
    },
  })),
  {
    // Clients come from the Lambda runtime: required by name within the factory, so that they are not captured.
    files: ['functions/**/*.ts'],
    rules: { '@typescript-eslint/no-require-imports': 'off' },
  },
  {
    // A new PolicyPack starts a server: only the pack itself may.
    files: ['tests/**/*.ts', 'policy/rules/**/*.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: 'NewExpression[callee.name="PolicyPack"]',
          message: 'new PolicyPack belongs in policy/index.ts only.',
        },
      ],
    },
  },
  {
    files: ['components/**/*.ts', 'index.ts'],
    ignores: ['components/foundation/inline-function.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector:
            'MemberExpression[object.property.name="lambda"][property.name=/^(Callback)?Function$/]',
          message: 'Only components/foundation/inline-function.ts creates Lambda functions.',
        },
      ],
    },
  },
);
