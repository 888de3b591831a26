import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { INodeProperties } from 'n8n-workflow';
import { MODELS } from '../../lib/vocabulary/models';
import { AsrSession } from '../../nodes/n8n/AsrSession/AsrSession.node.js';
import { AsrTranscribe } from '../../nodes/n8n/AsrTranscribe/AsrTranscribe.node.js';
import { AsrTrigger } from '../../nodes/n8n/AsrTrigger/AsrTrigger.node.js';
import { PRESETS } from '../../nodes/presets';
import { IDLE_POLICY, OVERLOAD, RELIABILITY_SETTINGS, VOICE_GATE } from '../../nodes/reliability-settings';
import { helpOf, PARAMETER_TEXTS, SESSION_TEXTS } from '../../nodes/setting-texts';
import { readCatalogue } from '../support/node-red';

interface Catalogue {
  label: Record<string, string>;
  policy: Record<string, string>;
  mode: Record<string, string>;
  parameter: Record<string, { label: string; hint: string }>;
  idlePolicy: Record<string, string>;
  overload: Record<string, string>;
  voiceGate: Record<string, string>;
  preset: Record<string, string | { label: string; hint: string }>;
}

const PARAMETERS = Object.entries(PARAMETER_TEXTS);
const SETTINGS = Object.entries(SESSION_TEXTS);
/** In Node-RED the dialogue comes with the messages, so that it has no field. */
const WITHOUT_FIELD = ['context'];
const FIELDS = SETTINGS.filter(([name]) => !WITHOUT_FIELD.includes(name));
/** n8n's names of the same settings, where they differ. */
const N8N_NAMES: Record<string, string[]> = {
  language: ['language', 'languages'],
  sampleRate: ['sampleRateHz'],
};

function catalogue(type: string, language: string): Catalogue {
  return readCatalogue(type, language)[type] as Catalogue;
}

/** The fields of all recognising nodes of n8n, including those in the collection of options. */
function n8nFields(name: string): INodeProperties[] {
  return [new AsrSession(), new AsrTranscribe(), new AsrTrigger()]
    .flatMap(({ description: { properties } }) => [
      ...properties,
      ...properties.flatMap(({ name: of, options }) =>
        of === 'options' ? (options as INodeProperties[]) : [],
      ),
    ])
    .filter((field) => field.name === name);
}

/** `Silence Duration (Ms)` and `Silence duration` are the same label: n8n writes units and capitals its own way. */
function plain(label: string | undefined): string {
  return (label ?? '').replace(/ \(Ms\)$/, '').toLowerCase();
}

const PROTOCOLS = path.join(__dirname, '../../lib/protocol');

describe('the labels and the help of settings', () => {
  it('are the same in Node-RED and n8n', () => {
    const { parameter, label, policy } = catalogue('asr-session', 'en-US');
    for (const [name, text] of PARAMETERS) {
      assert.deepEqual(parameter[name], { label: text.label, hint: helpOf(text) });
      const fields = n8nFields(name);
      assert.ok(fields.length > 0, name);
      for (const field of fields) {
        // A picker of lists is named after what it picks, and explains its ways to do so.
        const isPicker = field.type === 'resourceLocator';
        assert.equal(plain(field.displayName), plain(text.label).replace(isPicker ? / id$/ : '', ''));
        if (!isPicker) assert.equal(field.description, helpOf(text));
        for (const wireName of text.wireNames) assert.ok(field.description?.includes(wireName), name);
      }
    }
    for (const [name, text] of FIELDS) {
      assert.equal(label[name], text.label);
      assert.ok(policy[name]?.startsWith(helpOf(text)), name);
    }
    for (const [name, text] of SETTINGS) {
      for (const field of (N8N_NAMES[name] ?? [name]).flatMap(n8nFields)) {
        assert.equal(plain(field.displayName).replace(/^languages$/, 'language'), plain(text.label));
        assert.ok(field.description?.startsWith(helpOf(text)), name);
      }
    }
  });

  it('are those of the table for reliability, choices and presets', () => {
    const { label, policy, preset, ...choices } = catalogue('asr-session', 'en-US');
    for (const [name, text] of Object.entries(RELIABILITY_SETTINGS)) {
      assert.equal(label[name], text.label);
      assert.equal(policy[name], text.hint);
    }
    for (const [name, setting] of [
      ['idlePolicy', IDLE_POLICY],
      ['overload', OVERLOAD],
      ['voiceGate', VOICE_GATE],
    ] as const) {
      assert.equal(label[name], setting.label);
      assert.equal(policy[name], setting.hint);
      assert.deepEqual(choices[name], setting.choices);
    }
    for (const [name, text] of Object.entries(PRESETS)) {
      assert.deepEqual(preset[name], { label: text.label, hint: text.hint });
    }
  });

  it('are the same in asr session, transcribe and wyoming server', () => {
    for (const language of ['en-US', 'zh-CN']) {
      const session = catalogue('asr-session', language);
      const transcribe = catalogue('asr-transcribe', language);
      const wyoming = catalogue('asr-wyoming-server', language);
      for (const name of ['sampleRate', 'otherSettings', 'preset']) {
        assert.equal(wyoming.label[name], session.label[name]);
        assert.equal(wyoming.policy[name], session.policy[name]);
      }
      for (const name of ['language', 'sampleRate', 'wireFormat', 'otherSettings', 'preset']) {
        assert.equal(transcribe.label[name], session.label[name]);
        assert.equal(transcribe.policy[name], session.policy[name]);
      }
    }
  });

  it('name the wire parameter in their help, in both languages', () => {
    for (const language of ['en-US', 'zh-CN']) {
      const { parameter, policy } = catalogue('asr-session', language);
      for (const [name, { wireNames }] of [...PARAMETERS, ...FIELDS]) {
        const help = parameter[name]?.hint ?? policy[name] ?? '';
        for (const wireName of wireNames) assert.ok(help.includes(wireName), `${language} ${name}: ${help}`);
      }
    }
  });

  it('name only parameters that the protocols send', () => {
    const sources = readdirSync(PROTOCOLS).map((file) => readFileSync(path.join(PROTOCOLS, file), 'utf8'));
    // `phrase_id` is the name of the documentation: it goes out as a resource (protocol.md B.2.1).
    const names = [...PARAMETERS, ...SETTINGS]
      .flatMap(([, { wireNames }]) => [...wireNames])
      .filter((name) => name !== 'phrase_id');
    for (const name of names.flatMap((one) => one.split('.'))) {
      assert.ok(
        sources.some((source) => new RegExp(`\\b${name}\\b`).test(source)),
        name,
      );
    }
  });

  it('use the same names for the ways to end a sentence', () => {
    const { mode } = catalogue('asr-session', 'en-US');
    const [field] = n8nFields('mode');
    const options = (field?.options ?? []) as { name: string; value: string }[];
    for (const { name, value } of options) assert.equal(plain(name), plain(mode[value]));
  });

  it('show recommended values beside the defaults, which are those of the table', () => {
    for (const language of ['en-US', 'zh-CN']) {
      const { parameter } = catalogue('asr-session', language);
      for (const [name, recommended] of [
        ['vadThreshold', '0.0'],
        ['silenceMs', '400'],
      ] as const) {
        const hint = parameter[name]?.hint ?? '';
        const specs = MODELS.flatMap(({ parameters }) => parameters[name] ?? []);
        const defaults = specs.flatMap((spec) => ('default' in spec ? [String(spec.default)] : []));
        for (const value of [recommended, ...defaults]) assert.ok(hint.includes(value), `${name}: ${value}`);
      }
    }
  });
});
