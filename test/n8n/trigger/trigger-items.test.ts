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
});
