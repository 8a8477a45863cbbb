import { parseSettings } from '../config';

describe('the configuration of a stack', () => {
  it('has sensible defaults, so that an empty stack works', () => {
    expect(parseSettings({})).toEqual({
      mistakes: [],
      settings: {
        appstreamAutoUpdate: true,
        schedule: '0 12 1 * ? *',
        timeZone: 'UTC',
        batchSize: 5,
        pollMinutes: 15,
        email: { from: '', to: [], identity: '' },
        protectFromDeletion: false,
      },
    });
  });

  it('is read with its types', () => {
    const { settings, mistakes } = parseSettings({
      appstreamAutoUpdate: 'false',
      schedule: '30 4 ? * WED#2 *',
      timeZone: 'Europe/Berlin',
      batchSize: '40',
      emailFrom: 'images@example.com',
      emailTo: '["one@example.com","two@example.com"]',
      emailIdentity: 'example.com',
      protectFromDeletion: 'true',
    });
    expect(mistakes).toEqual([]);
    expect(settings).toMatchObject({
      appstreamAutoUpdate: false,
      batchSize: 40,
      email: {
        from: 'images@example.com',
        to: ['one@example.com', 'two@example.com'],
        identity: 'example.com',
      },
      protectFromDeletion: true,
    });
  });

  it('takes an empty value for none: Pulumi.yaml cannot declare a key without a default', () => {
    expect(parseSettings({ emailFrom: '', emailTo: '[]', emailIdentity: '' }).mistakes).toEqual([]);
  });

  it('uses the sender as identity unless told otherwise', () => {
    const { settings } = parseSettings({
      emailFrom: 'a@example.com',
      emailTo: '["b@example.com"]',
    });
    expect(settings.email.identity).toBe('a@example.com');
  });

  it('is refused with every mistake at once: its key, what was given, what is allowed', () => {
    const { mistakes } = parseSettings({
      batchSize: 'many',
      timeZone: 'Mars/Olympus',
      schedule: '0 12 1 * * *',
      emailTo: '["not an address"]',
      bachSize: '5',
    });
    expect(mistakes).toEqual([
      'schedule: given "0 12 1 * * *"; allowed is six cron fields, such as 0 12 1 * ? *',
      'timeZone: given "Mars/Olympus"; allowed is an IANA time zone, such as Europe/Berlin',
      'batchSize: given "many"; allowed is a whole number from 1 to 40',
      'emailTo: given "[\\"not an address\\"]"; allowed is a list of e-mail addresses, each once, at most 50',
      'bachSize: unknown key; known are emailFrom, appstreamAutoUpdate, schedule, timeZone, batchSize, ' +
        'pollMinutes, emailTo, emailIdentity, protectFromDeletion',
    ]);
  });

  it.each([
    ['batchSize', '0'],
    ['batchSize', '41'],
    ['batchSize', '2.5'],
    ['pollMinutes', '61'],
    ['appstreamAutoUpdate', 'yes'],
    ['emailFrom', 'images@example'],
    ['emailTo', '["a@example.com","a@example.com"]'],
    ['emailTo', 'a@example.com'],
    ['schedule', '0 12 ? * ? *'],
    ['schedule', '0 12 1 * ?'],
  ])('refuses %s: %s', (key, value) => {
    const { mistakes } = parseSettings({ [key]: value });
    expect(mistakes).toEqual([expect.stringContaining(`${key}: given ${JSON.stringify(value)}`)]);
  });

  it('asks for a sender when there are recipients', () => {
    expect(parseSettings({ emailTo: '["a@example.com"]' }).mistakes).toEqual([
      'emailFrom: not given; it is required with emailTo',
    ]);
  });
});
