import { AwsError, type AccessRequest, type Json, type Scope, type Service } from './service';

interface SesState {
  readonly emails: SentEmail[];
}

/** An e-mail that SES accepted. */
export interface SentEmail {
  /** ISO 8601. */
  readonly at: string;
  readonly messageId: string;
  readonly from: string;
  readonly to: readonly string[];
  readonly cc: readonly string[];
  readonly bcc: readonly string[];
  readonly subject: string;
  readonly text?: string;
  readonly html?: string;
  /** By name. */
  readonly headers: Readonly<Record<string, string>>;
}

const GUIDE = 'https://docs.aws.amazon.com/ses/latest/dg';

/** Amazon SES, API version 2: simple e-mails from verified identities. */
export const sesv2: Service<SesState> = {
  id: 'ses',
  clientPackage: '@aws-sdk/client-sesv2',
  protocol: 'rest-json',
  behaviours: [
    {
      id: 'verified-sender',
      text: 'The sender, or its domain or a parent of it, must be a verified identity. The address comes before its domain; its local part knows case.',
      source: `${GUIDE}/creating-identities.html`,
    },
    {
      id: 'sandbox',
      text: 'In the sandbox every recipient must be a verified identity, too. An account is in it until AWS lets it out.',
      source: `${GUIDE}/request-production-access.html`,
    },
    {
      id: 'limits',
      text: 'An e-mail has at most 50 recipients and 15 headers of its own.',
      source: 'https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html',
    },
    {
      id: 'delivery',
      text: 'What SES accepts arrives: nothing bounces, and sending rates are not limited.',
      source: 'assumed',
    },
  ],
  createState: () => ({ emails: [] }),
  operations: {
    SendEmail: {
      mutates: true,
      authorize: (input, _, scope) => [accessTo(input, scope)],
      handle: (input, state, call) => {
        call.uses('verified-sender');
        call.uses('limits');
        call.uses('delivery');
        const email = checkEmail(input);
        const { identities = [], sandbox = true } = call.scope.estate.ses ?? {};
        if (sandbox) call.uses('sandbox');
        checkVerified([email.from, ...(sandbox ? recipientsOf(email) : [])], call.scope);
        checkMailFrom(identityOf(email.from, identities));
        const messageId = `${call.now.toString(16).padStart(16, '0')}-${state.emails.length + 1}`;
        state.emails.push({ at: new Date(call.now).toISOString(), messageId, ...email });
        return { MessageId: messageId };
      },
    },
  },
  toEstate: () => ({}),
};

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonses.html */
function accessTo(input: Json, scope: Scope): AccessRequest {
  const from = String(input.FromEmailAddress ?? '');
  const address = addressOf(from);
  const name = /^\s*"?([^"<]*?)"?\s*</.exec(from)?.[1];
  const identity = identityOf(address, scope.estate.ses?.identities ?? []);
  const { ToAddresses = [], CcAddresses = [], BccAddresses = [] } = input.Destination ?? {};
  const { partition, region, account } = scope;
  return {
    action: 'ses:SendEmail',
    resource: `arn:${partition}:ses:${region}:${account}:identity/${identity?.IdentityName ?? address}`,
    context: {
      'ses:apiversion': '2',
      'ses:fromaddress': address,
      ...(name && { 'ses:fromdisplayname': name }),
      'ses:recipients': [...ToAddresses, ...CcAddresses, ...BccAddresses].map(addressOf),
      ...(input.FeedbackForwardingEmailAddress && {
        'ses:feedbackaddress': addressOf(input.FeedbackForwardingEmailAddress),
      }),
    },
  };
}

/** Members that change nothing of what is sent to whom are accepted; the others are told to be missing. */
function checkEmail(input: Json): Omit<SentEmail, 'at' | 'messageId'> {
  const { Content, Destination = {}, FromEmailAddress, ...others } = input;
  const { Simple, ...forms } = Content ?? {};
  const { Attachments, Headers = [], Subject, Body } = Simple ?? {};
  const given = { ...others, ...forms, Attachments };
  for (const [member, value] of Object.entries(given)) {
    if (value === undefined || HARMLESS.has(member)) continue;
    const message = `The rehearsal does not implement ${member} of ses:SendEmail.`;
    throw new AwsError('NotImplemented', message, 501);
  }
  const { ToAddresses = [], CcAddresses = [], BccAddresses = [] } = Destination;
  const count = ToAddresses.length + CcAddresses.length + BccAddresses.length;
  if (typeof Subject?.Data !== 'string' || (Body?.Text ?? Body?.Html)?.Data === undefined) {
    throw badRequest('The message needs a subject and a body.');
  }
  if (count < 1 || count > 50)
    throw badRequest(`There are ${count} recipients; 1 to 50 are allowed.`);
  const from = checkAddress(FromEmailAddress ?? '');
  return {
    from,
    to: ToAddresses.map(checkAddress),
    cc: CcAddresses.map(checkAddress),
    bcc: BccAddresses.map(checkAddress),
    subject: Subject.Data,
    ...(Body.Text !== undefined && { text: Body.Text.Data }),
    ...(Body.Html !== undefined && { html: Body.Html.Data }),
    headers: checkHeaders(Headers),
  };
}

const HARMLESS = new Set(['EmailTags', 'ReplyToAddresses', 'FeedbackForwardingEmailAddress']);

/** https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_MessageHeader.html */
function checkHeaders(headers: readonly Json[]): Record<string, string> {
  if (headers.length > 15) throw badRequest('An e-mail can have at most 15 headers of its own.');
  for (const { Name, Value } of headers) {
    const fits =
      /^[!-9;-~]{1,126}$/.test(Name) &&
      /^[ -~]{1,995}$/.test(Value) &&
      Name.length + Value.length <= 996;
    if (!fits) throw badRequest(`The header ${Name} is not allowed.`);
  }
  return Object.fromEntries(headers.map(({ Name, Value }) => [Name, Value]));
}

function checkAddress(text: string): string {
  const address = addressOf(text);
  // SES takes ASCII only: https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html
  if (!/^[!-~]{1,64}@[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(address) || /[\s,<>]/.test(address)) {
    throw badRequest(`Illegal address: ${text}`);
  }
  return address;
}

function checkVerified(addresses: readonly string[], { estate, region }: Scope): void {
  const identities: readonly Json[] = estate.ses?.identities ?? [];
  const unknown = addresses.filter(
    (address) => identityOf(address, identities)?.VerificationStatus !== 'SUCCESS',
  );
  if (unknown.length === 0) return;
  throw new AwsError(
    'MessageRejected',
    'Email address is not verified. The following identities failed the check in region ' +
      `${region.toUpperCase()}: ${[...new Set(unknown)].join(', ')}`,
  );
}

/** https://docs.aws.amazon.com/ses/latest/dg/mail-from.html */
function checkMailFrom(identity: Json): void {
  const { MailFromDomain, MailFromDomainStatus, BehaviorOnMxFailure } =
    identity?.MailFromAttributes ?? {};
  if (
    MailFromDomain !== undefined &&
    MailFromDomainStatus !== 'SUCCESS' &&
    BehaviorOnMxFailure === 'REJECT_MESSAGE'
  ) {
    throw new AwsError(
      'MailFromDomainNotVerifiedException',
      `The MAIL FROM domain ${MailFromDomain} is not verified.`,
    );
  }
}

/** The identity that an address belongs to: itself, or else its domain, or else the nearest parent domain. */
function identityOf(address: string, identities: readonly Json[]): Json {
  const [local = '', domain = ''] = address.split('@');
  const labels = domain.toLowerCase().split('.');
  const names = [
    `${local}@${domain.toLowerCase()}`,
    ...labels.map((_, position) => labels.slice(position).join('.')),
  ];
  const found = names.map((name) =>
    identities.find(({ IdentityName }) => sameName(IdentityName, name)),
  );
  return found.find((identity) => identity !== undefined);
}

function sameName(identity: string, name: string): boolean {
  const [domain = '', local] = identity.split('@').reverse();
  return (local === undefined ? '' : `${local}@`) + domain.toLowerCase() === name;
}

/** `Evergreen <images@example.com>` as `images@example.com`. */
function addressOf(text: string): string {
  return (/<([^<>]*)>\s*$/.exec(text)?.[1] ?? text).trim();
}

function recipientsOf({ to, cc, bcc }: Pick<SentEmail, 'to' | 'cc' | 'bcc'>): readonly string[] {
  return [...to, ...cc, ...bcc];
}

function badRequest(message: string): AwsError {
  return new AwsError('BadRequestException', message);
}
