import { nearest, suggestion } from '../../rehearsal/nearest';

describe('nearest', () => {
  test.each([
    ['Sate', 'State'],
    ['ESTATE', 'estate'],
    ['imageBilders', 'imageBuilders'],
  ])('%s most likely means %s', (word, candidate) => {
    expect(nearest(word, ['Name', 'estate', 'State', 'imageBuilders'])).toBe(candidate);
  });

  test('nothing is suggested for a word that is like none', () => {
    expect(nearest('colour', ['State', 'Name'])).toBeUndefined();
    expect(nearest('xy', ['a', 'ab'])).toBeUndefined();
    expect(suggestion('colour', ['State'])).toBe('');
  });
});
