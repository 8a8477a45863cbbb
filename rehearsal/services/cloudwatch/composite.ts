/**
 * The alarms that a rule names, where it is a disjunction of them: `ALARM("one") OR ALARM("other")`.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
 *
 * @returns `undefined` for a rule of another form
 */
export function childrenOf(rule: string): readonly string[] | undefined {
  const names = rule
    .trim()
    .split(/\s+OR\s+/)
    .map((term) => /^ALARM\(\s*(?:"([^"]+)"|([^\s"()]+))\s*\)$/.exec(term))
    .map((match) => match?.[1] ?? match?.[2])
    .map((name) => (name?.startsWith('arn:') ? name.replace(/^.*:alarm:/, '') : name));
  return names.every((name) => name !== undefined) ? names : undefined;
}
