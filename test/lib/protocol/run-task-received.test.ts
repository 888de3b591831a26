import assert from 'node:assert/strict';
import {
  FINAL,
  frameOf,
  ofType,
  protocolWith,
  resultOf,
  sentFrame,
  started,
} from '../../support/run-task-protocol';
import type { Json } from '../../support/run-task-protocol';

describe('run-task protocol, frames of the service (protocol.md B.4)', () => {
  it('is ready for audio after task-started', () => {
    const protocol = protocolWith();
    protocol.start();
    assert.equal(protocol.acceptsAudio, false);
    assert.deepEqual(protocol.decode(frameOf('task-started')), [{ type: 'opened', sessionId: 'task-1' }]);
    assert.equal(protocol.acceptsAudio, true);
  });

  it('decodes the documented final: text, times, words with punctuation, cumulative usage', () => {
    const events = started().decode(resultOf(FINAL, { duration: 3 }));
    assert.deepEqual(events, [
      { type: 'usage', billedSeconds: 3 },
      { type: 'speechStarted', sentenceId: 'task-1:1', atMs: 170 },
      { type: 'speechStopped', sentenceId: 'task-1:1', atMs: 920 },
      {
        type: 'final',
        sentenceId: 'task-1:1',
        text: '好，我知道了',
        beginMs: 170,
        endMs: 920,
        words: [
          { text: '好', punctuation: '，', beginMs: 170, endMs: 295 },
          { text: '我', punctuation: '', beginMs: 295, endMs: 503 },
          { text: '知道', punctuation: '', beginMs: 503, endMs: 711 },
          { text: '了', punctuation: '', beginMs: 711, endMs: 920 },
        ],
      },
    ]);
  });

  it('decodes the captured first event of a sentence as the beginning of speech, without an empty interim', () => {
    const captured = {
      sentence_id: 1,
      begin_time: 1940,
      end_time: null,
      text: '',
      channel_id: 0,
      speaker_id: null,
      sentence_end: false,
      sentence_begin: true,
      words: [],
    };
    assert.deepEqual(started().decode(resultOf(captured)), [
      { type: 'speechStarted', sentenceId: 'task-1:1', atMs: 1940 },
    ]);
  });

  it('gives growing interims one id, and the fixed words as stable text', () => {
    const protocol = started();
    const word = (text: string, fixed: boolean) => ({
      begin_time: 0,
      end_time: 100,
      text,
      punctuation: ' ',
      fixed,
    });
    const first = protocol.decode(
      resultOf(
        { sentence_id: 2, begin_time: 0, end_time: null, text: 'a b ', sentence_end: false, words: [] },
        null,
      ),
    );
    const second = protocol.decode(
      resultOf({
        sentence_id: 2,
        begin_time: 0,
        end_time: null,
        text: 'a b c',
        sentence_end: false,
        words: [word('a', true), word('b', true), word('c', false)],
      }),
    );
    assert.equal(ofType(first, 'interim').stableText, '');
    const interim = ofType(second, 'interim');
    assert.equal(interim.text, 'a b c');
    assert.equal(interim.stableText, 'a b ');
    assert.equal(interim.sentenceId, ofType(first, 'interim').sentenceId);
    assert.equal(second.filter((event) => event.type === 'speechStarted').length, 0);
  });

  it('skips heartbeats', () => {
    const heartbeat = {
      sentence_id: 0,
      begin_time: 0,
      end_time: 0,
      text: 'x',
      heartbeat: true,
      sentence_end: true,
    };
    assert.deepEqual(started().decode(resultOf(heartbeat)), []);
  });

  // Part D row 23.
  const ENDS: [string, Json, boolean][] = [
    ['sentence_end true', { sentence_end: true, end_time: 920 }, true],
    ['sentence_end true without an end', { sentence_end: true, end_time: null }, true],
    ['sentence_end false with an end', { sentence_end: false, end_time: 920 }, false],
    ['no sentence_end but an end', { end_time: 920 }, true],
    ['no sentence_end and no end', { end_time: null }, false],
  ];
  for (const [name, fields, isFinal] of ENDS) {
    it(`takes ${name} for ${isFinal ? 'a final' : 'an interim'}`, () => {
      const events = started().decode(resultOf({ sentence_id: 1, begin_time: 0, text: 'hi', ...fields }));
      assert.equal(
        events.some((event) => event.type === 'final'),
        isFinal,
      );
    });
  }

  it('ends a final without an end at its last word', () => {
    const words = [{ begin_time: 100, end_time: 480, text: 'hi', punctuation: '.' }];
    const sentence = {
      sentence_id: 1,
      begin_time: 0,
      end_time: null,
      text: 'hi.',
      words,
      sentence_end: true,
    };
    const final = started()
      .decode(resultOf(sentence))
      .find((event) => event.type === 'final');
    assert.equal(final?.endMs, 480);
  });

  it('passes the polarity of the voice on with its confidence', () => {
    const events = started().decode(resultOf({ ...FINAL, emo_tag: 'negative', emo_confidence: 0.91 }));
    const final = ofType(events, 'final');
    assert.equal(final.emotion, 'negative');
    assert.equal(final.emotionConfidence, 0.91);
  });

  it('ignores a doubled final, frames of other tasks and unknown fields', () => {
    const protocol = started();
    protocol.decode(resultOf({ ...FINAL, vad_pre_end: true, stash: { text: 'x' } }));
    assert.deepEqual(protocol.decode(resultOf(FINAL)), []);
    assert.deepEqual(
      protocol.decode(frameOf('result-generated', { output: { sentence: FINAL } }, {}, 'task-0')),
      [],
    );
  });

  it('is finished after task-finished, and leaves its connection reusable', () => {
    const protocol = started();
    protocol.finish();
    assert.equal(protocol.acceptsAudio, false);
    assert.equal(protocol.isReusable, false);
    const events = protocol.decode(frameOf('task-finished', { output: {}, usage: null }));
    assert.deepEqual(events, [{ type: 'finished' }]);
    assert.equal(protocol.isReusable, true);
  });

  it('commits by finish-task, and begins a new task with a new id when more audio comes', () => {
    const protocol = started();
    assert.equal(sentFrame(protocol.commit()).header.action, 'finish-task');
    assert.equal(protocol.acceptsAudio, false);
    protocol.decode(resultOf(FINAL, { duration: 3 }));
    const events = protocol.decode(frameOf('task-finished', { output: {}, usage: { duration: 4 } }));
    assert.deepEqual(ofType(events, 'commitAnswered'), {
      type: 'commitAnswered',
      commit: 0,
      sentenceIds: [],
    });
    assert.equal(events.at(-1)?.type, 'paused');
    // A task without audio would fail (protocol.md B.6), so the next one begins only with audio.
    assert.equal(protocol.isPaused, true);
    assert.equal(protocol.isReusable, true);
    assert.equal(sentFrame(protocol.resume()).header.task_id, 'task-2');
    assert.equal(protocol.isPaused, false);
    assert.equal(protocol.acceptsAudio, false);
    // The second task does not open a second session, and its usage continues that of the first.
    assert.deepEqual(protocol.decode(frameOf('task-started', {}, {}, 'task-2')), []);
    assert.equal(protocol.acceptsAudio, true);
    const result = frameOf(
      'result-generated',
      { output: { sentence: FINAL }, usage: { duration: 2 } },
      {},
      'task-2',
    );
    assert.deepEqual(protocol.decode(result)[0], { type: 'usage', billedSeconds: 6 });
  });
});
