import assert from 'node:assert/strict';
import { DOCUMENTED, frames } from '../../support/documented-frames';
import { decodeAll, shortOf, streamingProtocol } from '../../support/qwen-protocol';

/** The events about commits, in short form. */
function commitsOf(events: Parameters<typeof shortOf>[0]): string[] {
  return shortOf(events).filter((line) => line.startsWith('commit'));
}

/** A Manual session in which this many commits were sent. */
function committing(count: number) {
  const protocol = streamingProtocol({ mode: 'manual' });
  for (let i = 0; i < count; i++) protocol.commit();
  return protocol;
}

describe('Qwen-ASR-Realtime in any order (protocol.md A.9, rule 7)', () => {
  it('decodes a VAD sentence in the documented order', () => {
    const events = decodeAll(
      streamingProtocol(),
      frames.started('i1', 64),
      frames.interim('i1', '', 'Hel'),
      frames.stopped('i1', 900),
      frames.committed('i1'),
      frames.created('i1'),
      frames.interim('i1', 'Hello'),
      frames.completed('i1', 'Hello.'),
      DOCUMENTED.finished,
    );
    assert.deepEqual(shortOf(events), [
      'speechStarted i1 64',
      'interim i1 Hel',
      'speechStopped i1 900',
      'interim i1 Hello',
      'final i1 Hello.',
      'finished',
    ]);
  });

  it('accepts text before committed, created and speech_started', () => {
    const events = decodeAll(
      streamingProtocol(),
      frames.interim('i1', 'Hel'),
      frames.started('i1'),
      frames.completed('i1', 'Hello.'),
      frames.created('i1'),
      frames.committed('i1'),
    );
    assert.deepEqual(shortOf(events), ['interim i1 Hel', 'speechStarted i1 100', 'final i1 Hello.']);
  });

  it('ignores text, speech edges and a second final behind the final of an item', () => {
    const protocol = streamingProtocol();
    decodeAll(protocol, frames.started('i1'), frames.completed('i1', 'Hello.'));
    const late = [
      frames.interim('i1', 'Hello'),
      frames.started('i1'),
      frames.stopped('i1'),
      frames.completed('i1', 'Hello.'),
      frames.failed('i1'),
    ];
    for (const frame of late) assert.deepEqual(protocol.decode(frame), [], frame);
  });

  it('takes the usage of a doubled completed all the same', () => {
    const protocol = streamingProtocol();
    protocol.decode(DOCUMENTED.completed);
    assert.deepEqual(shortOf(protocol.decode(DOCUMENTED.completedWithUsage)), ['usage 7']);
  });

  it('ends two overlapping sentences each by its own final, in any order', () => {
    const events = decodeAll(
      streamingProtocol(),
      frames.started('i1'),
      frames.started('i2', 2000),
      frames.interim('i1', 'one'),
      frames.interim('i2', 'two'),
      frames.completed('i2', 'Two.'),
      frames.completed('i1', 'One.'),
    );
    assert.deepEqual(shortOf(events).slice(-2), ['final i2 Two.', 'final i1 One.']);
  });

  it('keeps one sentence id where the service never names the item', () => {
    const events = decodeAll(
      streamingProtocol(),
      frames.started(undefined),
      frames.interim(undefined, 'Hel'),
      frames.stopped(undefined),
      frames.completed(undefined, 'Hello.'),
      frames.interim(undefined, 'Bye'),
      frames.completed(undefined, 'Bye.'),
    );
    const ids = shortOf(events).map((line) => line.split(' ')[1]);
    assert.deepEqual(ids, [...Array<string>(4).fill('unnamed_1'), 'unnamed_2', 'unnamed_2']);
  });

  it('keeps one sentence id where only the final names the item', () => {
    const events = decodeAll(
      streamingProtocol(),
      frames.interim(undefined, 'Hel'),
      frames.completed('i1', 'Hello.'),
      frames.completed('i1', 'Hello.'),
    );
    assert.deepEqual(shortOf(events), ['interim unnamed_1 Hel', 'final unnamed_1 Hello.']);
  });

  it('keeps one sentence id where only the interims name the item', () => {
    const events = decodeAll(
      streamingProtocol(),
      frames.started('i1'),
      frames.interim('i1', 'Hel'),
      frames.completed(undefined, 'Hello.'),
      frames.interim('i1', 'Hel'),
    );
    assert.deepEqual(shortOf(events), ['speechStarted i1 100', 'interim i1 Hel', 'final i1 Hello.']);
  });

  it('forgets items that are over', () => {
    const protocol = streamingProtocol();
    for (let i = 0; i < 10_000; i++) protocol.decode(frames.started(`open_${i}`));
    for (let i = 0; i < 1000; i++)
      decodeAll(protocol, frames.started(`i${i}`), frames.completed(`i${i}`, 'x'));
    assert.deepEqual(shortOf(protocol.decode(frames.completed('i999', 'x'))), []);
    assert.deepEqual(shortOf(protocol.decode(frames.stopped('open_1'))), []);
  });
});

describe('Qwen-ASR-Realtime, commits in Manual mode', () => {
  it('settles a commit with its item, after the final', () => {
    const events = decodeAll(
      committing(1),
      frames.interim('i1', 'Hel'),
      frames.committed('i1'),
      frames.created('i1'),
      frames.completed('i1', 'Hello.'),
    );
    assert.deepEqual(shortOf(events), ['interim i1 Hel', 'final i1 Hello.', 'commitAnswered 0 [i1]']);
  });

  it('settles a commit whose completed comes before its committed', () => {
    const protocol = committing(2);
    const events = decodeAll(
      protocol,
      frames.completed('i1', 'One.'),
      frames.committed('i1'),
      frames.committed('i2'),
      frames.completed('i2', 'Two.'),
    );
    assert.deepEqual(shortOf(events), [
      'final i1 One.',
      'commitAnswered 0 [i1]',
      'final i2 Two.',
      'commitAnswered 1 [i2]',
    ]);
  });

  it('settles two commits that are answered in order', () => {
    const events = decodeAll(
      committing(2),
      frames.committed('i1'),
      frames.committed('i2'),
      frames.completed('i1', 'One.'),
      frames.completed('i2', 'Two.'),
    );
    assert.deepEqual(commitsOf(events), ['commitAnswered 0 [i1]', 'commitAnswered 1 [i2]']);
  });

  it('settles two commits that are answered out of order, each with its own', () => {
    const events = decodeAll(
      committing(2),
      frames.committed('i1'),
      frames.committed('i2'),
      frames.completed('i2', 'Two.'),
      frames.completed('i1', 'One.'),
    );
    assert.deepEqual(commitsOf(events), ['commitAnswered 1 [i2]', 'commitAnswered 0 [i1]']);
  });

  it('counts a doubled committed once', () => {
    const events = decodeAll(
      committing(2),
      frames.committed('i1'),
      frames.committed('i1'),
      frames.committed('i2'),
      frames.completed('i2', 'Two.'),
      frames.completed('i1', 'One.'),
    );
    assert.deepEqual(commitsOf(events), ['commitAnswered 1 [i2]', 'commitAnswered 0 [i1]']);
  });

  it('settles a commit without speech, whose completed names no item', () => {
    const named = decodeAll(committing(1), frames.committed('i1'), DOCUMENTED.completedWithoutSpeech);
    assert.deepEqual(shortOf(named), ['usage 1', 'final i1 ', 'commitAnswered 0 [i1]']);
    const unnamed = decodeAll(committing(1), DOCUMENTED.completedWithoutSpeech);
    assert.deepEqual(shortOf(unnamed).at(-1), 'commitAnswered 0 [unnamed_1]');
  });

  it('settles commits in their order where the service names no items at all', () => {
    const events = decodeAll(
      committing(2),
      frames.committed(undefined),
      frames.completed(undefined, 'One.'),
      frames.completed(undefined, 'Two.'),
    );
    assert.deepEqual(commitsOf(events), ['commitAnswered 0 [unnamed_1]', 'commitAnswered 1 [unnamed_2]']);
  });

  it('gives the final of the implicit commit at the finish to no commit', () => {
    const protocol = streamingProtocol({ mode: 'manual' });
    protocol.finish();
    const events = decodeAll(
      protocol,
      frames.committed('i1'),
      frames.completed('i1', 'Hello.'),
      DOCUMENTED.finished,
    );
    assert.deepEqual(shortOf(events), ['final i1 Hello.', 'finished']);
  });

  it('fails a commit whose item fails', () => {
    const events = decodeAll(committing(1), frames.committed('i1'), frames.failed('i1'));
    assert.deepEqual(shortOf(events), [
      'sentenceFailed i1 SERVICE_ERROR',
      'commitAnswered 0 [] COMMIT_FAILED',
    ]);
  });

  it('fails a commit on an inference failure, which names nothing', () => {
    const events = decodeAll(committing(1), frames.committed('i1'), DOCUMENTED.commonError);
    assert.deepEqual(shortOf(events), [
      'sentenceFailed i1 SERVICE_ERROR',
      'commitAnswered 0 [] COMMIT_FAILED',
    ]);
  });
});
