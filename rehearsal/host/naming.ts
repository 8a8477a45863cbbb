import * as crypto from 'node:crypto';

/** How a resource gets its physical name when the program gives it none. */
export interface AutoName {
  /** The property that holds it. @default 'name' */
  readonly property?: string;
  /** Characters that AWS allows. */
  readonly maxLength: number;
  /** What the name must begin with, such as `alias/`; put before the logical name unless that has it already. */
  readonly prefix?: string;
  /** What the name must end with, such as `.fifo`. */
  readonly suffix?: string;
}

/** Hexadecimal digits that are the same for the same resource in every run; `purpose` tells apart several of one resource. */
export function digest(urn: string, purpose: string): string {
  return crypto.createHash('sha256').update(`${purpose}\n${urn}`).digest('hex');
}

/** A UUID that is the same for the same resource in every run. */
export function uuid(urn: string, purpose: string): string {
  const hex = digest(urn, purpose);
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`]
    .concat(hex.slice(20, 32))
    .join('-');
}

/** Capital letters and digits, as in the unique ids of IAM, the same in every run. */
export function uniqueId(urn: string, prefix: string, length: number): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bytes = Buffer.from(digest(urn, prefix), 'hex');
  return prefix + Array.from(bytes.subarray(0, length), (byte) => alphabet[byte % 32]).join('');
}

/**
 * `queue` -> `queue-1a2b3c4`: the logical name and seven hexadecimal digits, which Pulumi draws from the URN as well.
 * Refuses a name that gets too long, as Pulumi does:
 * https://github.com/pulumi/pulumi/blob/master/sdk/go/common/resource/resource_id.go (NewUniqueName)
 */
export function autoName(logicalName: string, urn: string, rule: AutoName): string {
  const { prefix = '', suffix = '' } = rule;
  const base = logicalName.startsWith(prefix) ? logicalName : prefix + logicalName;
  const name = `${base}-${digest(urn, 'name').slice(0, 7)}${suffix}`;
  if (name.length > rule.maxLength) {
    throw new Error(
      `name '${base}-' plus 7 random chars is longer than maximum length ${rule.maxLength}`,
    );
  }
  return name;
}
