import { sesv2 } from '../../../rehearsal/services/sesv2';
import type { Json } from '../../../rehearsal/services/service';
import { createBench } from './support';

const verified = (IdentityName: string, more: Json = {}) => ({
  IdentityName,
  VerificationStatus: 'SUCCESS',
  ...more,
});

const email = (more: Json = {}, simple: Json = {}) => ({
  FromEmailAddress: 'images@example.com',
  Destination: { ToAddresses: ['team@example.com'] },
  Content: {
    Simple: {
      Subject: { Data: 'Done', Charset: 'UTF-8' },
      Body: { Text: { Data: 'All images are fresh.' }, Html: { Data: '<p>Fresh.</p>' } },
      Headers: [{ Name: 'X-Id', Value: '1' }],
      ...simple,
    },
  },
  ...more,
});

const ses = (identities: readonly Json[], sandbox = false) => ({ ses: { identities, sandbox } });
const production = ses([verified('images@example.com')]);

describe('SendEmail', () => {
  test('keeps what it accepts, each e-mail under an id of its own', () => {
    const states: Json[] = [];
    const bench = createBench(
      { ...sesv2, toEstate: (state) => (states.push(structuredClone(state)), {}) },
      production,
    );
    const first = bench.call('SendEmail', email());
    const second = bench.call(
      'SendEmail',
      email({
        Destination: { CcAddresses: ['Team <team@example.com>'], BccAddresses: ['b@b.org'] },
      }),
    );
    bench.estate();
    expect(first.MessageId).not.toBe(second.MessageId);
    expect(states[0].emails).toEqual([
      {
        at: '2026-02-01T12:00:00.000Z',
        messageId: first.MessageId,
        from: 'images@example.com',
        to: ['team@example.com'],
        cc: [],
        bcc: [],
        subject: 'Done',
        text: 'All images are fresh.',
        html: '<p>Fresh.</p>',
        headers: { 'X-Id': '1' },
      },
      expect.objectContaining({ to: [], cc: ['team@example.com'], bcc: ['b@b.org'] }),
    ]);
    expect([...bench.used].sort()).toEqual(['delivery', 'limits', 'verified-sender']);
  });

  test.each([
    ['its address', 'images@example.com'],
    ['its address, whatever the case of the domain', 'images@EXAMPLE.com'],
    ['its domain', 'example.com'],
    ['the parent of its domain', 'com'],
  ])('takes a sender by %s', (_, identity) => {
    createBench(sesv2, ses([verified(identity)])).call('SendEmail', email());
  });

  test.each([
    ['unknown', []],
    [
      'known, but not verified yet',
      [{ IdentityName: 'images@example.com', VerificationStatus: 'PENDING' }],
    ],
    ['written in another case', [verified('Images@example.com')]],
    ['of another domain that ends alike', [verified('ample.com')]],
    [
      'not verified itself, although its domain is',
      [
        verified('example.com'),
        { IdentityName: 'images@example.com', VerificationStatus: 'FAILED' },
      ],
    ],
  ])('rejects a sender that is %s', (_, identities) => {
    const bench = createBench(sesv2, ses(identities));
    expect(bench.refusal('SendEmail', email())).toBe(
      'MessageRejected: Email address is not verified. The following identities failed the check in region EU-WEST-1: images@example.com',
    );
  });

  test('rejects unverified recipients in the sandbox, which is where an account begins', () => {
    const identities = [verified('images@example.com'), verified('team@example.com')];
    const bench = createBench(sesv2, { ses: { identities } });
    bench.call('SendEmail', email());
    const Destination = { ToAddresses: ['team@example.com', 'x@x.org'], CcAddresses: ['y@y.org'] };
    expect(bench.refusal('SendEmail', email({ Destination }))).toMatch(/: x@x\.org, y@y\.org$/);
    expect(bench.used).toContain('sandbox');
    createBench(sesv2, ses(identities)).call('SendEmail', email({ Destination }));
  });

  test('rejects a custom MAIL FROM domain that is not verified, if the identity says so', () => {
    const attributes = (MailFromDomainStatus: string, BehaviorOnMxFailure: string) =>
      ses([
        verified('images@example.com', {
          MailFromAttributes: {
            MailFromDomain: 'bounce.example.com',
            MailFromDomainStatus,
            BehaviorOnMxFailure,
          },
        }),
      ]);
    const strict = createBench(sesv2, attributes('PENDING', 'REJECT_MESSAGE'));
    expect(strict.refusal('SendEmail', email())).toMatch(/^MailFromDomainNotVerifiedException/);
    createBench(sesv2, attributes('PENDING', 'USE_DEFAULT_VALUE')).call('SendEmail', email());
    createBench(sesv2, attributes('SUCCESS', 'REJECT_MESSAGE')).call('SendEmail', email());
  });

  test.each([
    ['no recipient', email({ Destination: {} })],
    ['51 recipients', email({ Destination: { ToAddresses: Array(51).fill('a@b.org') } })],
    ['no sender', email({ FromEmailAddress: undefined })],
    ['a recipient that is no address', email({ Destination: { ToAddresses: ['team'] } })],
    ['no subject', email({}, { Subject: undefined })],
    ['no body', email({}, { Body: {} })],
    ['a header with a colon in its name', email({}, { Headers: [{ Name: 'X:', Value: '1' }] })],
    [
      'a header with a line break',
      email({}, { Headers: [{ Name: 'X', Value: '1\r\nBcc: a@b.org' }] }),
    ],
    [
      'a header of 997 characters',
      email({}, { Headers: [{ Name: 'XX', Value: 'v'.repeat(995) }] }),
    ],
    ['16 headers', email({}, { Headers: Array(16).fill({ Name: 'X', Value: '1' }) })],
  ])('refuses %s', (_, input) => {
    expect(createBench(sesv2, production).refusal('SendEmail', input)).toMatch(
      /^BadRequestException/,
    );
  });

  test.each([
    ['Raw', email({ Content: { Raw: { Data: 'x' } } })],
    ['Template', email({ Content: { Template: { TemplateName: 'x' } } })],
    ['Attachments', email({}, { Attachments: [] })],
    ['ConfigurationSetName', email({ ConfigurationSetName: 'x' })],
    ['FromEmailAddressIdentityArn', email({ FromEmailAddressIdentityArn: 'x' })],
  ])('says loudly that it does not know %s', (member, input) => {
    expect(createBench(sesv2, production).refusal('SendEmail', input)).toBe(
      `NotImplemented: The rehearsal does not implement ${member} of ses:SendEmail.`,
    );
  });

  test('needs the permission on the identity that sends: the address before its domain', () => {
    const arn = 'arn:aws:ses:eu-west-1:111122223333:identity';
    const input = email({
      FromEmailAddress: '"Evergreen" <images@mail.example.com>',
      Destination: { ToAddresses: ['Team <team@example.com>'], BccAddresses: ['b@b.org'] },
      FeedbackForwardingEmailAddress: 'bounce@example.com',
    });
    const resource = (...identities: readonly string[]) =>
      createBench(sesv2, ses(identities.map((name) => verified(name)))).access(
        'SendEmail',
        input,
      )[0].resource;
    expect(createBench(sesv2, ses([verified('example.com')])).access('SendEmail', input)).toEqual([
      {
        action: 'ses:SendEmail',
        resource: `${arn}/example.com`,
        context: {
          'ses:apiversion': '2',
          'ses:fromaddress': 'images@mail.example.com',
          'ses:fromdisplayname': 'Evergreen',
          'ses:recipients': ['team@example.com', 'b@b.org'],
          'ses:feedbackaddress': 'bounce@example.com',
        },
      },
    ]);
    expect(resource('example.com', 'mail.example.com')).toBe(`${arn}/mail.example.com`);
    expect(resource('example.com', 'images@mail.example.com')).toBe(
      `${arn}/images@mail.example.com`,
    );
    expect(resource()).toBe(`${arn}/images@mail.example.com`);
  });
});
