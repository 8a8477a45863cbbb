import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';

import * as appstreamSdk from '@aws-sdk/client-appstream';
import * as sesSdk from '@aws-sdk/client-sesv2';

import { SAMPLE_ESTATE } from '../../rehearsal/arguments';
import { loadEstate } from '../../rehearsal/estate';
import { InputError } from '../../rehearsal/input-error';
import * as schema from '../../rehearsal/schemas/estate.schema.json';
import { appstream } from '../../rehearsal/services/appstream';
import type { Json } from '../../rehearsal/services/service';
import { createBench } from './services/support';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'estate-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));

const head = `account: '111122223333'\nregion: eu-west-1\ncapturedAt: '2026-01-20T00:00:00Z'\n`;

function fileWith(text: string, name = 'estate.yaml'): string {
  const file = path.join(folder, name);
  fs.writeFileSync(file, text);
  return file;
}

function problemsOf(text: string): string[] {
  try {
    loadEstate(fileWith(text));
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return (error as InputError).problems;
  }
  throw new Error('the estate was accepted');
}

describe('loadEstate', () => {
  test('fills in what AWS would show of the rest', () => {
    const images = '[{ Name: a }, { Name: b, Visibility: PUBLIC, State: PENDING }]';
    const estate = loadEstate(
      fileWith(
        `${head}appstream: { images: ${images}, imageBuilders: [{ Name: c }], fleets: [{ Name: d }] }\n` +
          'ses: { identities: [{ IdentityName: a@b.org }, { IdentityName: b.org, VerificationStatus: PENDING }] }',
      ),
    );
    const arn = 'arn:aws:appstream:eu-west-1';
    const CreatedTime = '2026-01-20T00:00:00Z';
    expect(estate).toEqual({
      account: '111122223333',
      region: 'eu-west-1',
      capturedAt: CreatedTime,
      appstream: {
        images: [
          {
            Name: 'a',
            Arn: `${arn}:111122223333:image/a`,
            State: 'AVAILABLE',
            Visibility: 'PRIVATE',
            CreatedTime,
          },
          {
            Name: 'b',
            Arn: `${arn}::image/b`,
            State: 'PENDING',
            Visibility: 'PUBLIC',
            CreatedTime,
          },
        ],
        imageBuilders: [
          { Name: 'c', Arn: `${arn}:111122223333:image-builder/c`, State: 'STOPPED', CreatedTime },
        ],
        fleets: [
          {
            Name: 'd',
            Arn: `${arn}:111122223333:fleet/d`,
            State: 'STOPPED',
            FleetType: 'ALWAYS_ON',
            InstanceType: 'stream.standard.medium',
            ComputeCapacityStatus: { Desired: 0 },
            CreatedTime,
          },
        ],
      },
      ses: {
        sandbox: true,
        identities: [
          { IdentityName: 'a@b.org', IdentityType: 'EMAIL_ADDRESS', VerificationStatus: 'SUCCESS' },
          { IdentityName: 'b.org', IdentityType: 'DOMAIN', VerificationStatus: 'PENDING' },
        ],
      },
      autoscaling: { groups: [] },
      cloudwatch: { alarms: [] },
      ec2: { images: [], instances: [], launchTemplates: [] },
      ecs: {
        clusters: [],
        capacityProviders: [],
        taskDefinitions: [],
        containerInstances: [],
        services: [],
        tasks: [],
      },
      sns: { topics: [] },
      ssm: { parameters: [] },
      dynamodb: { tables: [] },
      quotas: {},
      durations: {},
      outcomes: [],
      events: [],
    });
  });

  test('reads JSON, and its own result again', () => {
    const first = loadEstate(SAMPLE_ESTATE);
    expect(loadEstate(fileWith(JSON.stringify(first), 'estate.json'))).toEqual(first);
  });

  test.each([
    ['{}', ['account is missing', 'region is missing', 'capturedAt is missing']],
    ['[]', ['the file is []; it must be object']],
    ['', ['the file is null; it must be object']],
  ])('%p instead of an account is refused', (text, problems) => {
    expect(problemsOf(text)).toEqual(problems);
  });

  test.each([
    [
      `appstreem: {}`,
      [
        expect.stringMatching(
          /^appstreem is unknown; did you mean "appstream"\?; allowed: account, region, /,
        ),
      ],
    ],
    [
      `appstream: { images: [{ Name: a }, { Name: b, Sate: AVAILABLE }] }`,
      [
        expect.stringMatching(
          /^appstream\.images\[1\]\.Sate is unknown; did you mean "State"\?; allowed: Name, Arn, /,
        ),
      ],
    ],
    [
      `appstream: { images: [{ Name: a, State: AVAILABEL }] }`,
      [
        'appstream.images[0].State is "AVAILABEL"; did you mean "AVAILABLE"?; ' +
          'allowed: AVAILABLE, PENDING, FAILED, COPYING, DELETING, CREATING, IMPORTING, VALIDATING',
      ],
    ],
    [`appstream: { images: [{}] }`, ['appstream.images[0].Name is missing']],
    [
      `appstream: { images: [{ Name: a b }] }`,
      ['appstream.images[0].Name is "a b"; it must match ^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,99}$'],
    ],
    [
      `appstream: { images: [{ Name: a, CreatedTime: yesterday }] }`,
      ['appstream.images[0].CreatedTime is "yesterday"; it must match format "date-time"'],
    ],
    [
      `appstream: { images: [{ Name: a, Tags: { CostCenter: 4711 } }] }`,
      ['appstream.images[0].Tags.CostCenter is 4711; it must be string'],
    ],
    [
      `appstream: { images: [{ Name: a, Visibility: SHARED }] }`,
      ['appstream.images[0].Arn is missing'],
    ],
    [
      `appstream: { images: [{ Name: a, Arn: 'arn:aws:appstream:eu-west-1:111122223333:image/b' }] }`,
      [
        'appstream.images[0].Arn is "arn:aws:appstream:eu-west-1:111122223333:image/b"; ' +
          'an own image has "arn:aws:appstream:eu-west-1:111122223333:image/a"',
      ],
    ],
    [
      `appstream: { images: [{ Name: a, Visibility: SHARED, Arn: 'arn:aws:appstream:eu-west-1:111122223333:image/a' }] }`,
      [expect.stringMatching(/it must end in ":image\/a" and belong to another account$/)],
    ],
    [
      `appstream: { images: [{ Name: a }, { Name: b }, { Name: a }] }`,
      ['appstream.images[2].Name is "a", as is appstream.images[0].Name'],
    ],
    [
      `ses: { identities: [{ IdentityName: a@b.org }, { IdentityName: a@b.org }] }`,
      ['ses.identities[1].IdentityName is "a@b.org", as is ses.identities[0].IdentityName'],
    ],
    [
      `quotas: { 'appstream2:L-9B6418E1': 5 }`,
      [
        expect.stringMatching(
          /^quotas\.appstream2:L-9B6418E1 is unknown; did you mean "appstream2:L-9B6418E0"\?/,
        ),
      ],
    ],
    [
      `durations: { appstream: { updateImage: { hours: [2] } } }`,
      ['durations.appstream.updateImage.hours is [2]; it must NOT have fewer than 2 items'],
    ],
    [
      `durations: { appstream: { updateImage: { hours: 1, minutes: 30 } } }`,
      [
        'durations.appstream.updateImage is {"hours":1,"minutes":30}; it must NOT have more than 1 properties',
      ],
    ],
    [
      `outcomes: [{ service: appstraem, image: a, on: update, result: FAILED }]`,
      ['outcomes[0].service is "appstraem"; did you mean "appstream"?; allowed: appstream, ec2'],
    ],
    [
      `events: [{ at: '2026-02-10T00:00:00Z', type: appstream.baseImageRelease }]`,
      [
        'events[0].type is "appstream.baseImageRelease"; did you mean "appstream.baseImageReleased"?; ' +
          'allowed: appstream.baseImageReleased, appstream.imageUpdateStarted, ' +
          'autoscaling.desiredCapacityChanged, cloudwatch.alarmStateChanged, ec2.imagePublished, ' +
          'ec2.imageStateChanged, ssm.parameterChanged',
      ],
    ],
    [
      `events: [{ at: '2026-02-10T00:00:00Z', type: appstream.imageUpdateStarted, platform: WINDOWS }]`,
      [
        'events[0].image is missing',
        'events[0].platform is unknown; allowed: at, type, image, by, duration',
      ],
    ],
    [
      `events: [{ at: '2026-02-10T00:00:00Z', type: appstream.baseImageReleased, image: a, by: me }]`,
      [
        'events[0].image is unknown; allowed: at, type, platform',
        'events[0].by is unknown; allowed: at, type, platform',
      ],
    ],
    [
      `appstream: { fleets: [{ Name: a }, { Name: a }] }`,
      ['appstream.fleets[1].Name is "a", as is appstream.fleets[0].Name'],
    ],
    [
      `appstream: { images: [{ Name: a, ImageSharedWithOthers: 'TRUE' }] }`,
      [
        'appstream.images[0].ImageSharedWithOthers is "TRUE"; SharedImagePermissionsList must say with whom',
      ],
    ],
  ])('%s is refused, naming the key', (text, problems) => {
    expect(problemsOf(head + text)).toEqual(problems);
  });

  test('every problem is told, those of the schema and clashes alike, after the name of the file', () => {
    const text = `${head}days: 3\nappstream: { images: [{ Name: a }, { Name: a, Sate: x }] }`;
    expect(problemsOf(text)).toHaveLength(3);
    expect(() => loadEstate(fileWith(text))).toThrow(
      `${path.join(folder, 'estate.yaml')} cannot be used:\n  - days is unknown`,
    );
  });

  test('a shared image may have the name of an own one', () => {
    const shared =
      "{ Name: a, Visibility: SHARED, Arn: 'arn:aws:appstream:eu-west-1:444455556666:image/a' }";
    const file = fileWith(`${head}appstream: { images: [{ Name: a }, ${shared}] }`);
    expect(loadEstate(file).appstream.images).toHaveLength(2);
  });
});

test('the schema allows what the SDKs know, and nothing else', () => {
  const { $defs } = schema as Json;
  const same = (allowed: readonly string[], known: object) =>
    expect([...allowed].sort()).toEqual(Object.values(known).sort());
  same($defs.platform.enum, appstreamSdk.PlatformType);
  same($defs.reasonCode.enum, appstreamSdk.ImageStateChangeReasonCode);
  same($defs.image.properties.State.enum, appstreamSdk.ImageState);
  same($defs.image.properties.Visibility.enum, appstreamSdk.VisibilityType);
  same($defs.image.properties.ImageType.enum, appstreamSdk.ImageType);
  same($defs.imageBuilder.properties.State.enum, appstreamSdk.ImageBuilderState);
  same($defs.fleet.properties.State.enum, appstreamSdk.FleetState);
  same($defs.fleet.properties.FleetType.enum, appstreamSdk.FleetType);
  same($defs.identity.properties.VerificationStatus.enum, sesSdk.VerificationStatus);
  same($defs.identity.properties.IdentityType.enum, sesSdk.IdentityType);
});

describe('the sample estate', () => {
  const estate = loadEstate(SAMPLE_ESTATE);
  const optedIn = estate.appstream.images.filter(({ Tags }) => Tags?.AutoUpdate === 'Enabled');
  const bench = () => {
    const result = createBench(appstream, estate);
    result.now = Date.parse('2026-02-01T12:00:00Z');
    return result;
  };
  const successor = ({ Name, Tags }: Json) => `${Tags.BaseName ?? Name}-Updated-20260201-1`;
  const request = (image: Json, dryRun: boolean) => ({
    existingImageName: image.Name,
    newImageName: successor(image),
    dryRun,
  });

  test('has a month with something of everything', () => {
    const outcomes = optedIn.map((image) => {
      const one = bench();
      try {
        return one.call('CreateUpdatedImage', request(image, true)).canUpdateImage as boolean;
      } catch (error) {
        return (error as Json).code as string;
      }
    });
    const number = (of: unknown) => outcomes.filter((outcome) => outcome === of).length;
    expect([number(true), number(false), number('IncompatibleImageException')]).toEqual([8, 1, 1]);
    expect(outcomes).toHaveLength(10);
    expect(optedIn.map((image) => successor(image).length)).toContain(100);
  });

  test('has more to update than AWS updates at a time, and one update that fails', () => {
    const one = bench();
    const updatable = optedIn.filter(
      ({ Name }) => !['legal-archive', 'warehouse-scanner'].includes(Name),
    );
    for (const image of updatable.slice(0, 5))
      one.call('CreateUpdatedImage', request(image, false));
    expect(one.refusal('CreateUpdatedImage', request(updatable[5], false))).toMatch(
      /^LimitExceededException: The limit of 5 concurrent image updates/,
    );
    one.pass({ hours: 5 });
    for (const image of updatable.slice(5)) one.call('CreateUpdatedImage', request(image, false));
    one.pass({ hours: 5 });
    const { Images } = one.call('DescribeImages', { Names: updatable.map(successor) });
    const failed = Images.filter(({ State }: Json) => State !== 'AVAILABLE');
    expect(failed.map(({ Name }: Json) => Name)).toEqual(['hr-payroll-Updated-20260201-1']);
    expect(failed[0].StateChangeReason.Message).toMatch(/Failed to update SSM agent/);
  });

  test('at its end is an estate again', () => {
    const one = bench();
    one.call('CreateUpdatedImage', request(optedIn[0], false));
    one.pass({ hours: 1 });
    const end = { ...estate, ...one.estate() };
    expect(loadEstate(fileWith(JSON.stringify(end), 'end.json'))).toEqual(end);
  });
});
