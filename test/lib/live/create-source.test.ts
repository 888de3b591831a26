import assert from 'node:assert/strict';
import type { AsrError } from '../../../lib';
import { createSource } from '../../../lib/live/sources/create-source';
import { SOURCE_KINDS, sourceFields } from '../../../lib/live/sources/kinds';
import type { SourceField, SourceKindName } from '../../../lib/live/sources/kinds';
import { SOURCE_FIELD_TEXTS, SOURCE_KIND_TEXTS } from '../../../nodes/source-texts';
import { freePort } from '../../support/live-audio';
import { useLiveServers } from '../../support/live-servers';
import { silence } from '../../support/scripted-audio';

const KINDS = Object.keys(SOURCE_KINDS) as SourceKindName[];
/** Values that each kind takes, as a dialog stores them. */
const GOOD: Record<SourceKindName, Record<string, unknown>> = {
  http: { streamUrl: 'http://radio.example/live' },
  ffmpeg: { ffmpegInput: 'rtsp://camera.example/1' },
  webSocket: { webSocketUrl: 'ws://device.example/' },
  tcp: { port: '4000' },
  udp: { port: 4000 },
  calls: { port: 4000, path: 'calls' },
  audioSocket: { port: 4000 },
  wyoming: { port: 4000 },
  satellite: { satelliteAddress: 'kitchen.local' },
  microphone: {},
};
const SURROUNDINGS = { rateHz: 16_000 };

/** Values that a field must refuse. */
function badValues(field: SourceField): unknown[] {
  switch (field.kind) {
    case 'text':
    case 'list':
      return ['x'.repeat(5000), 'two\nlines', { not: 'a text' }];
    case 'boolean':
      return ['perhaps', 1];
    case 'choice':
      return ['another', 7];
    default:
      return [field.min - 1, String(field.max + 1), 'many', {}, ...(field.kind === 'number' ? [] : [1.5])];
  }
}

describe('the table of live sources', () => {
  const servers = useLiveServers();

  for (const kind of KINDS) {
    it(`makes a source of the kind ${kind}, and refuses every bad value of its fields by name`, () => {
      const { name } = createSource(kind, GOOD[kind], SURROUNDINGS);
      assert.notEqual(name, '');
      for (const [field, spec] of sourceFields(kind)) {
        for (const value of badValues(spec)) {
          assert.throws(
            () => createSource(kind, { ...GOOD[kind], [field]: value }, SURROUNDINGS),
            ({ code, param, message }: AsrError) => {
              assert.deepEqual({ code, param }, { code: 'INVALID_OPTION', param: field });
              assert.match(message, new RegExp(`^Expected \`${field}\` to be .+, got .+\\.$`, 's'));
              return message.length < 300;
            },
          );
        }
        if ('isRequired' in spec) {
          const without = { ...GOOD[kind], [field]: '  ' };
          assert.throws(() => createSource(kind, without, SURROUNDINGS), {
            param: field,
            message: /got nothing/,
          });
        }
      }
    });

    it(`has texts for ${kind} and all of its fields`, () => {
      assert.notEqual(SOURCE_KIND_TEXTS[kind].label, '');
      for (const [field, spec] of sourceFields(kind)) {
        const { label, hint } = SOURCE_FIELD_TEXTS[field];
        assert.ok(label !== '' && hint !== '', field);
        if (spec.kind === 'boolean') assert.match(hint, /^Whether /);
      }
    });
  }

  it('names the kinds where there is no such one', () => {
    for (const kind of ['', 'radio', 'constructor', '__proto__']) {
      assert.throws(() => createSource(kind, {}, SURROUNDINGS), {
        code: 'INVALID_OPTION',
        message: /Expected one of http, ffmpeg, /,
      });
    }
  });

  it('ignores values of other kinds, and properties that every object has', () => {
    const values = Object.assign(Object.create({ port: 99_999 }) as object, GOOD.http, { port: 99_999 });
    assert.equal(createSource('http', values, SURROUNDINGS).name, 'http://radio.example/live');
  });

  it('repeats no secret in an error, and shows none in a name', () => {
    const secret = 'sesame-1234';
    const address = `rtmp://user:${secret}@radio.example/live`;
    assert.throws(
      () => createSource('http', { streamUrl: address, password: secret }, SURROUNDINGS),
      ({ message }: Error) => !message.includes(secret),
    );
    assert.throws(
      () => createSource('http', { ...GOOD.http, password: `${secret}\n` + 'x'.repeat(5000) }, SURROUNDINGS),
      ({ message }: Error) => !message.includes(secret),
    );
    for (const kind of ['http', 'webSocket', 'ffmpeg'] as const) {
      const login = { user: 'user', password: secret };
      assert.ok(!createSource(kind, { ...GOOD[kind], ...login }, SURROUNDINGS).name.includes(secret));
    }
  });

  it('logs in with the user and the password that stand beside the address', async () => {
    const said: (string | undefined)[] = [];
    const url = await servers.http((request, response) => {
      said.push(request.headers.authorization);
      response.end(silence(200));
    });
    const values = { streamUrl: url, user: 'me@home', password: 'p:ä/1' };
    const source = createSource('http', values, SURROUNDINGS);
    assert.ok(source.kind === 'stream');
    const feed = await source.connect(new AbortController().signal);
    await feed.close();
    assert.deepEqual(said, [`Basic ${Buffer.from('me@home:p:ä/1').toString('base64')}`]);
  });

  it('opens a port on this machine only, unless another address is given', async () => {
    const port = await freePort();
    const source = createSource('tcp', { port: String(port) }, SURROUNDINGS);
    assert.equal(source.name, `tcp://127.0.0.1:${port}`);
  });

  it('takes null, as stored settings may have it, for nothing', () => {
    const { name } = createSource(
      'tcp',
      { port: 4000, host: null, allowedSenders: null, idleSeconds: null },
      SURROUNDINGS,
    );
    assert.equal(name, createSource('tcp', { port: 4000 }, SURROUNDINGS).name);
  });
});
