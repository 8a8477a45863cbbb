import * as fc from 'fast-check';

import type { Json } from '../../../../rehearsal/services/service';
import {
  blob,
  HOLDERS,
  list,
  mostly,
  number,
  numbers,
  numeric,
  scalar,
  set,
  strings,
  text,
  value,
} from './arbitrary-values';

/** Text of an expression with the values that it mentions, of which each is named when all are together. */
export interface Fragment {
  readonly text: (value: (value: Json) => string) => string;
}

/** What attributes mostly hold: numbers, a list, a map, sets, or anything. */
const PATHS = [
  'n',
  'k',
  'l',
  'm',
  's',
  'z',
  'v',
  '#c',
  'score',
  'holder',
  'm.x',
  'm.#c',
  'm.x.y',
  'm.x[0]',
  'l[0]',
  'l[1]',
  'l[4]',
  'l[1].y',
];

export const path = fc.constantFrom(...PATHS);
export const literal = (of: fc.Arbitrary<Json>): fc.Arbitrary<Fragment> =>
  of.map((content) => ({ text: (name) => name(content) }));
const at: fc.Arbitrary<Fragment> = path.map((found) => ({ text: () => found }));
export const joined = (
  parts: fc.Arbitrary<Fragment>[],
  join: (...texts: string[]) => string,
): fc.Arbitrary<Fragment> =>
  fc.tuple(...parts).map((fragments) => ({
    text: (name) => join(...fragments.map((fragment) => fragment.text(name))),
  }));

const operand = fc.oneof(
  { weight: 6, arbitrary: at },
  { weight: 1, arbitrary: joined([at], (of) => `size(${of})`) },
);
const test: fc.Arbitrary<Fragment> = fc.oneof(
  joined([at], (of) => `attribute_exists(${of})`),
  joined([at], (of) => `attribute_not_exists(${of})`),
  joined(
    [operand, literal(fc.oneof(scalar, set, fc.constant({ BOOL: true })))],
    (l, r) => `${l} = ${r}`,
  ),
  joined([operand, literal(fc.oneof(scalar, set))], (l, r) => `${l} <> ${r}`),
  ...['<', '<=', '>', '>='].map((operator) =>
    joined([operand, literal(scalar)], (l, r) => `${l} ${operator} ${r}`),
  ),
  joined([literal(scalar), operand], (l, r) => `${l} >= ${r}`),
  joined([operand, literal(scalar), literal(scalar)], (o, l, h) => `${o} BETWEEN ${l} AND ${h}`),
  joined([operand, literal(scalar), literal(scalar)], (o, x, y) => `${o} IN (${x}, ${y})`),
  joined(
    [at, literal(fc.oneof(text('v', 'item#'), blob(), number('1')))],
    (l, r) => `begins_with(${l}, ${r})`,
  ),
  joined(
    [at, literal(fc.oneof(text('v', 'w', '#'), number('1', '2'), blob()))],
    (l, r) => `contains(${l}, ${r})`,
  ),
  joined(
    [at, literal(text('S', 'N', 'L', 'M', 'SS', 'NULL', 'X'))],
    (l, r) => `attribute_type(${l}, ${r})`,
  ),
);
export const condition: fc.Arbitrary<Fragment> = fc.letrec<{ any: Fragment }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    test,
    joined([tie('any'), tie('any')], (l, r) => `${l} AND ${r}`),
    joined([tie('any'), tie('any')], (l, r) => `${l} or ${r}`),
    joined([test], (of) => `NOT ${of}`),
    joined([tie('any')], (of) => `NOT (${of})`),
    joined([tie('any')], (of) => `(${of})`),
  ),
})).any;
/** Expressions that are no expressions, or not of these attributes. */
export const broken: fc.Arbitrary<Fragment> = fc
  .constantFrom(
    '',
    'a',
    'a =',
    'a == b',
    'a = :undefined',
    '#undefined = b',
    'name = b',
    'size(a)',
    'size(a, b) = b',
    'nope(a)',
    'a = a',
    '((a = b))',
    'attribute_exists(a) = b',
    'a IN ()',
    'a AND',
    'NOT',
    'a = b)',
    'a[b] = a',
    'a. = b',
    'a != b',
    'score = rank',
  )
  .map((content) => ({ text: () => content }));

/** An action of an update, on an attribute or a part of it, of which each is taken once. */
interface Action {
  readonly section: 'SET' | 'REMOVE' | 'ADD' | 'DELETE';
  readonly attribute: string;
  readonly fragment: Fragment;
}

const action = (
  section: Action['section'],
  targets: readonly string[],
  ...[operands, join]: [fc.Arbitrary<Fragment>[], (to: string, ...of: string[]) => string]
): fc.Arbitrary<Action> =>
  fc.tuple(fc.constantFrom(...targets), ...operands).map(([to, ...fragments]) => ({
    section,
    attribute: to.split(/[.[]/)[0]!,
    fragment: {
      text: (name) => join(to, ...fragments.map((one) => one.text(name))),
    },
  }));

/** Nothing that the same expression may change in place: dynalite hands out the very object instead of a copy. */
const source = fc
  .constantFrom(...PATHS.filter((of) => !['l', 'm', 's', 'z', 'n', 'k', 'score'].includes(of)))
  .map((of): Fragment => ({ text: () => of }));
const n = fc.constantFrom<Fragment>({ text: () => 'n' }, { text: () => 'k' });
const TARGETS = ['n', 'l', 'm', 's', 'v', '#c', 'm.x', 'm.#c', 'm.y', 'l[0]', 'l[1]', 'l[9]'];
const likelyAction: fc.Arbitrary<Action> = fc.oneof(
  action('SET', TARGETS, [literal(value)], (to, of) => `${to} = ${of}`),
  action(
    'SET',
    TARGETS,
    [source, literal(value)],
    (to, of, or) => `${to} = if_not_exists(${of}, ${or})`,
  ),
  action('SET', ['n', 'k', 'l[0]'], [literal(numeric), n], (to, l, r) => `${to} = ${l} - ${r}`),
  action(
    'SET',
    ['n', 'k'],
    [literal(numeric), literal(numeric)],
    (to, or, more) => `${to} = if_not_exists(${to}, ${or}) + ${more}`,
  ),
  action('SET', ['l'], [literal(mostly(list, value))], (to, of) => `${to} = list_append(l, ${of})`),
  action('SET', ['l', 'v'], [literal(list)], (to, of) => `${to} = list_append(${of}, l)`),
  action(
    'SET',
    ['holder'],
    [literal(mostly(text(...HOLDERS), value))],
    (to, of) => `${to} = ${of}`,
  ),
  action('REMOVE', [...PATHS, 'workflow'], [], (of) => of),
  action('ADD', ['n', 'k', 'score'], [literal(mostly(numeric, value))], (to, of) => `${to} ${of}`),
  action('ADD', ['s'], [literal(mostly(strings, value))], (to, of) => `${to} ${of}`),
  action('ADD', ['z'], [literal(mostly(numbers, value))], (to, of) => `${to} ${of}`),
  action('DELETE', ['s'], [literal(mostly(strings, value))], (to, of) => `${to} ${of}`),
  action('DELETE', ['z'], [literal(mostly(numbers, value))], (to, of) => `${to} ${of}`),
);
/** These fail where the item lacks what they read. */
const riskyAction: fc.Arbitrary<Action> = fc.oneof(
  action('SET', TARGETS, [source], (to, of) => `${to} = ${of}`),
  action('SET', ['n', 'k', 'm.x'], [n, literal(numeric)], (to, l, r) => `${to} = ${l} + ${r}`),
);
const updateAction = fc.oneof(
  { weight: 9, arbitrary: likelyAction },
  { weight: 1, arbitrary: riskyAction },
);

/** An update expression. */
export interface Update extends Fragment {
  readonly onlyRemoves: boolean;
}
export const exists: Fragment = { text: () => 'attribute_exists(n)' };

export const update: fc.Arbitrary<Update> = fc
  .tuple(
    mostly(
      fc.uniqueArray(updateAction, {
        selector: ({ attribute }) => attribute,
        minLength: 1,
        maxLength: 4,
      }),
      fc.array(updateAction, { minLength: 2, maxLength: 4 }),
    ),
    fc.shuffledSubarray(['SET', 'REMOVE', 'ADD', 'DELETE'], { minLength: 4 }),
  )
  .map(([actions, order]): Update => ({
    onlyRemoves: actions.every(({ section }) => section === 'REMOVE' || section === 'DELETE'),
    text: (name) =>
      order
        .map((section) => [section, actions.filter((one) => one.section === section)] as const)
        .filter(([, of]) => of.length > 0)
        .map(([section, of]) => `${section} ${of.map((one) => one.fragment.text(name)).join(', ')}`)
        .join(' '),
  }));

/** Puts expressions into an input, with the placeholders that they use. */
export function withExpressions(
  input: Json,
  fragments: Readonly<Record<string, Fragment | undefined>>,
): Json {
  const values: Json = {};
  const name = (content: Json) => {
    const placeholder = `:v${Object.keys(values).length}`;
    values[placeholder] = content;
    return placeholder;
  };
  const texts = Object.fromEntries(
    Object.entries(fragments).flatMap(([member, fragment]) =>
      fragment === undefined ? [] : [[member, fragment.text(name)]],
    ),
  );
  return {
    ...input,
    ...texts,
    ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: values }),
    ...(Object.values(texts).some((content) => content.includes('#c')) && {
      ExpressionAttributeNames: { '#c': 'c' },
    }),
  };
}
