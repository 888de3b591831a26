import assert from 'node:assert/strict';
import type { IDataObject } from 'n8n-workflow';
import type { SessionEvent } from '../../../lib';
import { TriggerItems } from '../../../nodes/n8n/AsrTrigger/trigger-items';
import type { TriggerItemSettings } from '../../../nodes/n8n/AsrTrigger/trigger-items';
import { leaveNothingOpen } from '../../support/open-resources';
import { waitUntil } from '../../support/wait-until';

describe('the items of the trigger', () => {
  const open: TriggerItems[] = [];
  afterEach(() => {
    for (const items of open.splice(0)) items.close();
  });
  leaveNothingOpen();

  function make(settings: Partial<TriggerItemSettings> = {}) {
    const given: IDataObject[] = [];
    const items = new TriggerItems(
      {
        types: ['final', 'emotion', 'interim'],
        interimEveryMs: 30,
        isStableOnly: false,
        captions: 'none',
        output: 'all',
        ...settings,
      },
      (json) => given.push(json),
    );
    open.push(items);
    return {
      given,
      items,
      texts: () => given.map(({ type, text }) => `${type as string} ${text as string}`),
      tell: (...events: SessionEvent[]) => {
        for (const event of events) items.onEvent(event, 'radio');
      },
    };
  }
  const interim = (text: string, stableText = '', sentenceId = 's1'): SessionEvent => ({
    type: 'interim',
    sentenceId,
    text,
    stableText,
  });
  const final = (text: string, sentenceId = 's1'): SessionEvent => ({ type: 'final', sentenceId, text });
  const emotion = (name: string): SessionEvent => ({
    type: 'emotion',
    sentenceId: 's1',
    emotion: name,
    text: 'Hm.',
  });

  it('are nothing but the text where that is chosen, and the caption', () => {
    const sentence: SessionEvent = { type: 'final', sentenceId: 's1', text: 'Yes.', beginMs: 1, endMs: 2000 };
    const { given, tell } = make({ output: 'text' });
    tell(interim('Y'), sentence, emotion('happy'));
    assert.deepEqual(given.slice(0, 2), [{ text: 'Y' }, { text: 'Yes.' }]);
    assert.equal(given[2]?.emotion, 'happy');
    const captioned = make({ output: 'text', captions: 'srt' });
    captioned.tell(sentence);
    assert.deepEqual(Object.keys(captioned.given[0] ?? {}), ['text', 'captions']);
  });

  it('are the whole events, with the name of the source', () => {
    const { given, tell } = make();
    const words = [{ text: 'Yes', punctuation: '.', beginMs: 1, endMs: 2 }];
    tell({ type: 'final', sentenceId: 's1', text: 'Yes.', language: 'en', beginMs: 1, endMs: 2, words });
    assert.deepEqual(given, [
      {
        type: 'final',
        sentenceId: 's1',
        text: 'Yes.',
        language: 'en',
        beginMs: 1,
        endMs: 2,
        words,
        source: 'radio',
      },
    ]);
  });

  it('come only for the chosen events, and not for empty sentences', () => {
    const { texts, tell } = make({ types: ['final'] });
    tell(interim('One'), emotion('happy'), final('One.'), final('', 's2'), {
      type: 'speechStarted',
      sentenceId: 's3',
      atMs: 0,
    });
    assert.deepEqual(texts(), ['final One.']);
  });

  it('come for the first interim at once, and then for the newest only', async () => {
    const { texts, tell } = make();
    for (let word = 1; word <= 50; word++) tell(interim(`word ${word}`));
    assert.deepEqual(texts(), ['interim word 1']);
    await waitUntil(() => texts().length === 2, 'the newest');
    assert.deepEqual(texts(), ['interim word 1', 'interim word 50']);
  });

  it('do not come for an interim that its final has replaced', async () => {
    const { texts, tell } = make();
    tell(interim('One'), interim('One two'), final('One two three.'), interim('Four', '', 's2'));
    await waitUntil(() => texts().length === 3, 'the next sentence');
    assert.deepEqual(texts(), ['interim One', 'final One two three.', 'interim Four']);
  });

  it('have each stable text once where only stable text is wanted', async () => {
    const { texts, tell } = make({ types: ['interim'], isStableOnly: true, interimEveryMs: 1 });
    tell(interim('One'), interim('One two', 'One'), interim('One two three', 'One'));
    await waitUntil(() => texts().length === 1, 'the stable text');
    tell(interim('One two three four', 'One two'));
    await waitUntil(() => texts().length === 2, 'the next stable text');
    assert.deepEqual(texts(), ['interim One', 'interim One two']);
  });

  it('come for each change of emotion, for each sender separately', () => {
    const { given, items, tell } = make({ types: ['emotion'] });
    tell(emotion('neutral'), emotion('neutral'), emotion('angry'), emotion('neutral'));
    items.onEvent(emotion('neutral'), 'phone');
    assert.deepEqual(
      given.map((json) => [json.source, json.emotion]),
      [
        ['radio', 'neutral'],
        ['radio', 'angry'],
        ['radio', 'neutral'],
        ['phone', 'neutral'],
      ],
    );
  });

  it('do not come after the trigger was closed, and no timer is left', () => {
    const { texts, tell, items } = make();
    tell(interim('One'), interim('One two'));
    items.close();
    tell(final('One two.'));
    assert.deepEqual(texts(), ['interim One']);
  });

  it('are one for both sides of a call that has ended, with the sentences in the order of their times', () => {
    const { given, items } = make({ types: ['ended'] });
    const call = { provider: 'twilio', callId: 'CA1', parameters: {} };
    items.onSender('MZ1/inbound', { call: { ...call, track: 'inbound', offsetMs: 0 } });
    items.onSender('MZ1/outbound', { call: { ...call, track: 'outbound', offsetMs: 400 } });
    items.onSender('MZ2/inbound', { call: { ...call, callId: 'CA2', track: 'inbound', offsetMs: 0 } });
    const say = (sender: string, text: string, beginMs: number): void => {
      items.onEvent({ type: 'final', sentenceId: text, text, beginMs, emotion: 'neutral' }, sender);
    };
    say('MZ1/inbound', 'Yes, please.', 2000);
    say('MZ1/outbound', 'Can I help you?', 100);
    say('MZ2/inbound', 'Another call.', 0);
    say('MZ1/outbound', '', 3000);
    items.onSenderGone('MZ1/outbound');
    assert.deepEqual(given, []);
    say('MZ1/inbound', 'Thank you.', 4000);
    items.onSenderGone('MZ1/inbound');
    assert.deepEqual(given, [
      {
        type: 'ended',
        source: 'MZ1',
        call,
        sentences: [
          { track: 'outbound', text: 'Can I help you?', emotion: 'neutral', atMs: 500 },
          { track: 'inbound', text: 'Yes, please.', emotion: 'neutral', atMs: 2000 },
          { track: 'inbound', text: 'Thank you.', emotion: 'neutral', atMs: 4000 },
        ],
      },
    ]);
  });

  it('of an end are one where a device speaks again before what it said is recognised, and another the next time', () => {
    const { given, items } = make({ types: ['ended', 'final'], output: 'all' });
    const say = (text: string) => {
      items.onEvent({ type: 'final', sentenceId: text, text, beginMs: text === 'One.' ? 5000 : 300 }, 'udp');
    };
    const ended = () =>
      given
        .filter(({ type }) => type === 'ended')
        .map(({ sentences }) => (sentences as { text: string }[]).map(({ text }) => text));
    items.onSender('udp', { device: 'door' });
    say('One.');
    items.onSender('udp', { device: 'door' });
    items.onSenderGone('udp');
    say('Two.');
    assert.deepEqual(ended(), []);
    assert.deepEqual(
      given.map(({ device }) => device),
      ['door', 'door'],
    );
    items.onSenderGone('udp');
    items.onSender('udp');
    say('Three.');
    items.onSenderGone('udp');
    assert.deepEqual(ended(), [['One.', 'Two.'], ['Three.']]);
  });

  it('of an end have the sentences as they came where one has no time, and none for a probe of the service', () => {
    const { given, items, tell } = make({ types: ['ended'] });
    items.onSenderGone('port 8040');
    items.onSender('radio');
    tell({ type: 'final', sentenceId: 's1', text: 'Two.', beginMs: 900 }, final('One.', 's2'));
    items.onSenderGone('radio');
    const item = given[0]!;
    assert.equal(item.source, 'radio');
    assert.deepEqual(
      (item.sentences as { text: string }[]).map(({ text }) => text),
      ['Two.', 'One.'],
    );
    items.onSender('radio');
    items.close();
    assert.equal(given.length, 1);
  });
});
