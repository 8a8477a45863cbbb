import { evaluatePath, referenceSteps } from '../../../rehearsal/asl/json-path';
import { setPath } from '../../../rehearsal/asl/reference-path';
import { evaluate } from './driver';

const store = {
  books: [
    { title: 'A', price: 5, tags: ['x', 'y'] },
    { title: 'B', price: 15, tags: [] },
    { title: 'C', price: 25, isbn: '1-2' },
  ],
  'odd name': { "it's": 1 },
  limit: 10,
  nothing: null,
};

describe('a JSONPath', () => {
  it.each([
    ['', store],
    ['.limit', 10],
    ['.nothing', null],
    ["['odd name']['it\\'s']", 1],
    ['.books[0].title', 'A'],
    ['.books[-1].title', 'C'],
    ['.books[*].title', ['A', 'B', 'C']],
    ['.books[0,2].title', ['A', 'C']],
    ['.books[1:].title', ['B', 'C']],
    ['.books[:1].title', ['A']],
    ['.books[-2:].title', ['B', 'C']],
    ["['limit','nothing']", [10, null]],
    ['..title', ['A', 'B', 'C']],
    ['..tags[0]', ['x']],
    ['.books[?(@.price > 10)].title', ['B', 'C']],
    ['.books[?(@.price <= $.limit)].title', ['A']],
    ['.books[?(@.isbn)].title', ['C']],
    ['.books[?(!(@.isbn))].title', ['A', 'B']],
    ['[?(@ == 10)]', []],
    ["['books'][?(@.title == 'A' || @.price >= 25)].price", [5, 25]],
    ["['books'][?(@.title != 'A' && @.price < 25)].price", [15]],
    ["['books'][?(@.title in ['A', 'C'])].price", [5, 25]],
    ["['books'][?(@.title nin ['A', 'C'])].price", [15]],
    ['.books[?(@.title =~ /[ab]/i)].price', [5, 15]],
    ['.missing[*]', []],
    ['.books[7:]', []],
  ])('$%s', (path, expected) => {
    expect(evaluatePath(path, store)).toEqual(expected);
  });

  it.each([
    ['.limits', "No results for path: $['limits']"],
    ['.books[3]', "No results for path: $['books'][3]"],
    ['.a.b.c', "Missing property in path $['a']"],
    ['.limit.digits', "No results for path: $['limit']['digits']"],
    ['.toString', "No results for path: $['toString']"],
  ])('$%s finds nothing, and says so as AWS does', (path, message) => {
    expect(() => evaluatePath(path, store)).toThrow(message);
  });

  it.each(['.', '[', '[a]', '[:]', ".a['b]", '.a.length()', 'a', '[?(@.a ~ 1)]', '[?@.a]', '..'])(
    '$%s is refused',
    (path) => {
      expect(() => evaluatePath(path, store)).toThrow(/JSONPath/);
    },
  );
});

describe('ResultPath', () => {
  it('makes the objects on its way, and leaves the input as it was', () => {
    const input = { a: { kept: 1 } };
    expect(setPath('$.a.b.c', input, 7)).toEqual({ a: { kept: 1, b: { c: 7 } } });
    expect(setPath("$['x y']", input, 7)).toEqual({ a: { kept: 1 }, 'x y': 7 });
    expect(input).toEqual({ a: { kept: 1 } });
  });

  it('replaces an item, the whole, or nothing', () => {
    expect(setPath('$.a[1]', { a: [1, 2] }, 7)).toEqual({ a: [1, 7] });
    expect(setPath('$', { a: 1 }, 7)).toBe(7);
    expect(setPath(undefined, { a: 1 }, 7)).toBe(7);
    expect(setPath(null, { a: 1 }, 7)).toEqual({ a: 1 });
  });

  it.each([
    ['$.a.b', { a: 1 }],
    ['$.a', 'text'],
    ['$.a[2]', { a: [] }],
  ])('%s has no room in %j', (path, input) => {
    expect(() => setPath(path, input, 7)).toThrow(/States.Runtime: Unable to apply/);
  });

  it('must be a reference path', () => {
    expect(() => referenceSteps('.a[*]')).toThrow("'$.a[*]' is not a reference path.");
  });
});

describe('a payload template', () => {
  it('names the field, the path and the input where a path finds nothing', () => {
    expect(evaluate('$.missing', { a: 1 })).toMatchObject({
      status: 'FAILED',
      error: 'States.Runtime',
      cause:
        "An error occurred while executing the state 'Evaluate' (entered at the event id #2). The JSONPath '$.missing' specified for the field 'value.$' could not be found in the input '{\"a\":1}'",
    });
  });
});
