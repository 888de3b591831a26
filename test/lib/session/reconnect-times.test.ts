import assert from 'node:assert/strict';
import type { SessionOptions } from '../../../lib';
import { handPlayed } from '../../support/hand-played';
import { frames } from '../../support/documented-frames';
import { loud } from '../../support/scripted-audio';

/** A session whose service is played by hand, and how its connection is lost. */
function play(options: SessionOptions = {}) {
  const { clock, sockets, session, recorded } = handPlayed({ pace: { burstMs: 3_600_000 }, ...options });
  sockets[0]!.accept();
  return {
    session,
    recorded,
    say: (...said: string[]) => {
      sockets.at(-1)!.say(...said);
    },
    end: (code: number) => {
      sockets.at(-1)!.end(code);
    },
    /** @returns Where the audio begins that is sent again. */
    lose: (attempts = 1) => {
      for (let attempt = 0; attempt < attempts; attempt++) {
        const lost = sockets.at(-1)!;
        lost.end(1006);
        for (let seconds = 0; sockets.at(-1) === lost && seconds < 60; seconds++) clock.advance(1000);
      }
      sockets.at(-1)!.accept();
      const { audioSentMs } = session.statistics();
      return audioSentMs - recorded.of('resumed').at(-1)!.replayedMs;
    },
  };
}

describe('finals before a loss whose times are not known', () => {
  for (const attempts of [1, 2]) {
    it(`come once where the service did not say when their speech ended, after ${attempts} attempts`, async () => {
      const { session, recorded, say, lose } = play();
      await session.append(loud(8000));
      say(frames.started('a', 500), frames.completed('a', 'One.'));
      say(frames.started('b', 4000), frames.completed('b', 'Two.'));
      const fromMs = lose(attempts);
      assert.ok(fromMs > 500 && fromMs < 4000, `from ${fromMs} ms on`);
      say(frames.started('c', 4000 - fromMs), frames.completed('c', 'Two.'));
      say(frames.started('d', 6000 - fromMs), frames.stopped('d', 7000 - fromMs));
      say(frames.completed('d', 'Three.'));
      assert.deepEqual(recorded.finals, ['One.', 'Two.', 'Three.']);
      session.abort();
    });
  }

  it('take nothing away from later sentences where the replay begins behind them', async () => {
    const { session, recorded, say, lose } = play();
    await session.append(loud(8000));
    say(frames.started('a', 500), frames.completed('a', 'Yes.'));
    say(frames.started('b', 4000));
    const fromMs = lose();
    assert.ok(fromMs > 1000, `from ${fromMs} ms on`);
    say(
      frames.started('c', 4000 - fromMs),
      frames.stopped('c', 5000 - fromMs),
      frames.completed('c', 'Yes.'),
    );
    assert.deepEqual(recorded.finals, ['Yes.', 'Yes.']);
    session.abort();
  });

  it('do not take the same words away that are said behind the loss', async () => {
    const { session, recorded, say, lose } = play();
    await session.append(loud(4000));
    say(frames.started('a', 500), frames.completed('a', 'Yes.'));
    const fromMs = lose();
    // The service hears nothing in what is sent again.
    await session.append(loud(4000));
    say(frames.started('b', 6000 - fromMs), frames.stopped('b', 7000 - fromMs));
    say(frames.completed('b', 'Yes.'));
    assert.deepEqual(recorded.finals, ['Yes.', 'Yes.']);
    session.abort();
  });
});

describe('audio of another format than PCM, whose bytes have no known length, behind a loss', () => {
  const OPUS: SessionOptions = { wireFormat: 'opus' };
  /** 24 kbit/s, so a byte takes four times as long as the client assumes. */
  const opus = (seconds: number) => Buffer.alloc(3000 * seconds, 'OggS');

  it('has its open sentence once', async () => {
    const { session, recorded, say, lose } = play(OPUS);
    await session.append(opus(20));
    say(frames.started('a', 18_000), frames.interim('a', 'I would like'));
    lose();
    say(frames.started('b', 18_000), frames.interim('b', 'I would like'));
    say(frames.stopped('b', 21_000), frames.completed('b', 'I would like tea.'));
    assert.deepEqual(recorded.finals, ['I would like tea.']);
    assert.deepEqual(new Set(recorded.of('interim').map(({ sentenceId }) => sentenceId)).size, 1);
    session.abort();
  });

  it('has each of many finals once', async () => {
    const { session, recorded, say, lose } = play(OPUS);
    const texts = Array.from({ length: 60 }, (_, index) => `Sentence ${index}.`);
    const hear = (count: number) => {
      for (const [index, text] of texts.slice(0, count).entries()) {
        const id = `s${index}`;
        say(frames.started(id, 2000 * index), frames.stopped(id, 2000 * index + 1400));
        say(frames.completed(id, text));
      }
    };
    await session.append(opus(120));
    hear(50);
    lose();
    hear(60);
    assert.deepEqual(recorded.finals, texts);
    session.abort();
  });

  describe('a session that is finished, in another format than PCM', () => {
    it('ends where the service closes with 1000 behind the last final', async () => {
      const { session, recorded, say, end } = play({ wireFormat: 'opus' });
      await session.append(Buffer.alloc(30_000, 'OggS'));
      const finished = session.finish();
      say(frames.started('a', 500), frames.stopped('a', 1500), frames.completed('a', 'One.'));
      end(1000);
      await finished;
      assert.deepEqual([recorded.finals, recorded.of('reconnecting')], [['One.'], []]);
    });
  });
});
