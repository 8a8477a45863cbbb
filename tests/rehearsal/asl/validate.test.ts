import { validateDefinition } from '../../../rehearsal/asl';
import type { Json } from '../../../rehearsal/services/service';
import { machine, task } from './driver';

const pass = (fields: Json): Json => machine({ Only: { Type: 'Pass', End: true, ...fields } });
const map = (fields: Json): Json =>
  machine({
    Each: {
      Type: 'Map',
      ItemProcessor: {
        ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
        StartAt: 'Work',
        States: { Work: { Type: 'Pass', End: true } },
      },
      End: true,
      ...fields,
    },
  });
const reader = (ReaderConfig: Json): Json => ({
  ItemReader: {
    Resource: 'arn:aws:states:::s3:getObject',
    ReaderConfig,
    Parameters: { Bucket: 'b', Key: 'k' },
  },
});

describe('validateDefinition', () => {
  it.each([
    ['a task', machine({ Work: task() })],
    ['a JSONata output of any type', pass({ QueryLanguage: 'JSONata', Output: 'text' })],
    ['a list in Assign', pass({ Assign: { list: [1, { 'a.$': '$.b' }] } })],
    ['a reader of CSV', map(reader({ InputType: 'CSV', CSVHeaderLocation: 'FIRST_ROW' }))],
  ])('takes %s, and leaves the definition as it is', (_, definition) => {
    const before = JSON.stringify(definition);
    expect(validateDefinition(definition)).toEqual([]);
    expect(JSON.stringify(definition)).toBe(before);
  });

  it.each([
    ['a state that is not there', machine({ Work: task({ Next: 'Nowhere' }) }), /Nowhere/],
    [
      'a resource that no task has',
      machine({ Work: task({ Resource: 'arn:aws:states:::lambda' }) }),
      /Resource|ARN|arn/,
    ],
    [
      'a path of another dialect',
      pass({ Parameters: { 'a.$': '$.a[(@.length-1)]' } }),
      /^Only: JSONPath '\.a\[\(@\.length-1\)\]', at character/,
    ],
    [
      'an unknown intrinsic function',
      pass({ Parameters: { 'a.$': 'States.Nope(1)' } }),
      /Parameters\/a/,
    ],
    [
      'an expression that is not JSONata',
      pass({ QueryLanguage: 'JSONata', Output: '{% 1 + %}' }),
      /Only/,
    ],
    [
      'such an expression in a list',
      pass({ QueryLanguage: 'JSONata', Assign: { a: ['{% 1 + %}'] } }),
      /^Only: /,
    ],
    [
      'States.ALL beside another name',
      machine({ Work: task({ Retry: [{ ErrorEquals: ['A', 'States.ALL'] }] }) }),
      /States\.ALL/,
    ],
    [
      'States.ALL before another rule',
      machine({ Work: task({ Retry: [{ ErrorEquals: ['States.ALL'] }, { ErrorEquals: ['A'] }] }) }),
      /States\.ALL/,
    ],
    [
      'ResultWriter',
      map({
        ResultWriter: { Resource: 'arn:aws:states:::s3:putObject', Parameters: { Bucket: 'b' } },
      }),
      /ResultWriter/,
    ],
    ['a manifest', map(reader({ InputType: 'MANIFEST' })), /MANIFEST/],
    [
      'a delimiter',
      map(reader({ InputType: 'CSV', CSVHeaderLocation: 'FIRST_ROW', CSVDelimiter: 'TAB' })),
      /TAB/,
    ],
    [
      'a variable of an outer scope',
      machine({
        Set: { Type: 'Pass', Assign: { shared: 1 }, Next: 'Each' },
        Each: {
          Type: 'Map',
          ItemProcessor: {
            ProcessorConfig: { Mode: 'INLINE' },
            StartAt: 'Work',
            States: { Work: { Type: 'Pass', Assign: { 'shared.$': '$' }, End: true } },
          },
          End: true,
        },
      }),
      /Work: the variable 'shared' belongs to an outer scope/,
    ],
    [
      'a name that is too long',
      machine({ ['n'.repeat(81)]: { Type: 'Succeed' } }),
      /^\/States is invalid/,
    ],
    [
      'a definition that is too large',
      machine({ Only: { Type: 'Succeed', Comment: 'x'.repeat(1_048_576) } }),
      /1048576/,
    ],
  ])('refuses %s', (_, definition, reason) => {
    const problems = validateDefinition(definition);
    expect(problems.join('\n')).toMatch(reason);
  });
});
