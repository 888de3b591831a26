import assert from 'node:assert/strict';
import { AsrError } from '../../../lib';
import type { SessionEvent } from '../../../lib';
import { Emitter } from '../../../lib/session/events/emitter';
import { StatisticsCounter } from '../../../lib/session/events/statistics';

const final = (text: string): SessionEvent => ({ type: 'final', sentenceId: text, text });
const statistics = new StatisticsCounter(32).snapshot(0);
const FINISHED: SessionEvent = { type: 'finished', aborted: false, statistics };
const FAILED: SessionEvent = { type: 'error', error: new AsrError('CONNECTION_LOST', 'Gone.'), statistics };

const nameOf = (event: SessionEvent) => (event.type === 'final' ? event.text : event.type);

describe('Emitter', () => {
  it('calls listeners of the type and of every type in the order of registration', () => {
    const emitter = new Emitter();
    const told: string[] = [];
    emitter.on('event', (event) => told.push(`any ${nameOf(event)}`));
    emitter.on('final', ({ text }) => told.push(`first ${text}`));
    emitter.on('final', ({ text }) => told.push(`second ${text}`));
    emitter.on('interim', () => told.push('never'));
    emitter.emit(final('a'));
    assert.deepEqual(told, ['first a', 'second a', 'any a']);
  });

  it('removes one listener for each off(), also when a function was added twice', () => {
    const emitter = new Emitter();
    let count = 0;
    const listener = () => (count += 1);
    const remove = emitter.on('final', listener);
    emitter.on('final', listener);
    remove();
    remove();
    emitter.emit(final('a'));
    assert.equal(count, 1);
  });

  it('calls every listener of an event before the next event that a listener causes', () => {
    const emitter = new Emitter();
    const told: string[] = [];
    emitter.on('final', ({ text }) => {
      if (text === 'a') emitter.emit(final('b'));
    });
    emitter.on('final', ({ text }) => told.push(text));
    emitter.on('event', (event) => told.push(`any ${nameOf(event)}`));
    emitter.emit(final('a'));
    assert.deepEqual(told, ['a', 'any a', 'b', 'any b']);
  });

  for (const last of [FINISHED, FAILED]) {
    it(`emits ${last.type} last, also when a listener causes it during another event`, () => {
      const emitter = new Emitter();
      const told: string[] = [];
      emitter.on('final', () => {
        emitter.emit(last);
      });
      emitter.on('final', ({ text }) => told.push(text));
      emitter.on('event', (event) => told.push(`any ${nameOf(event)}`));
      emitter.emit(final('a'));
      emitter.emit(final('b'));
      emitter.emit(last);
      assert.deepEqual(told, ['a', 'any a', `any ${last.type}`]);
    });
  }

  it('does not call a listener for the event during which it was added', () => {
    const emitter = new Emitter();
    const told: string[] = [];
    emitter.on('final', ({ text }) => {
      told.push(text);
      emitter.on('final', (event) => told.push(`late ${event.text}`));
    });
    emitter.emit(final('a'));
    assert.deepEqual(told, ['a']);
  });

  it('does not call a listener that an earlier one has removed', () => {
    const emitter = new Emitter();
    const told: string[] = [];
    let remove: () => void = () => undefined;
    emitter.on('final', () => {
      remove();
    });
    remove = emitter.on('final', ({ text }) => told.push(text));
    emitter.emit(final('a'));
    assert.deepEqual(told, []);
  });

  it('reports a listener that throws, and still calls the others', () => {
    const emitter = new Emitter();
    const told: string[] = [];
    emitter.on('final', () => {
      throw new Error('broken listener');
    });
    emitter.on('final', ({ text }) => told.push(text));
    emitter.on('warning', ({ code, message }) => told.push(`${code} ${message}`));
    emitter.emit(final('a'));
    assert.deepEqual(told.sort(), ['LISTENER_FAILED A listener of this session threw: broken listener', 'a']);
  });

  it('reports a listener whose promise rejects, once each time, and leaves no rejection unhandled', async () => {
    const emitter = new Emitter();
    const told: string[] = [];
    const fails = async () => {
      await Promise.resolve();
      throw new Error('broken promise');
    };
    // The type allows no promise, but nobody is stopped from passing an async function.
    const asyncListener = fails as () => void;
    emitter.on('final', asyncListener);
    emitter.on('warning', asyncListener);
    emitter.on('warning', ({ message }) => told.push(message));
    emitter.emit(final('a'));
    emitter.emit(final('b'));
    await new Promise(setImmediate);
    assert.deepEqual(told, Array(2).fill('A listener of this session threw: broken promise'));
    emitter.emit(final('c'));
    emitter.emit(FINISHED);
    await new Promise(setImmediate);
    assert.equal(told.length, 2);
  });

  it('stops reporting when the listener of warnings throws as well', () => {
    const emitter = new Emitter();
    let count = 0;
    for (const type of ['warning', 'event'] as const) {
      emitter.on(type, () => {
        count += 1;
        // Anything can be thrown.
        // eslint-disable-next-line @typescript-eslint/only-throw-error
        throw 'text';
      });
    }
    emitter.emit(final('a'));
    emitter.emit(final('b'));
    assert.ok(count > 0 && count <= 8, `${count} calls`);
  });

  it('reports a listener of the last event that throws, and still emits that event last', () => {
    const emitter = new Emitter();
    const told: string[] = [];
    emitter.on('finished', () => {
      throw new Error('broken');
    });
    emitter.on('event', (event) => {
      told.push(event.type);
      if (event.type === 'finished') throw new Error('broken, too');
    });
    emitter.on('event', (event) => told.push(event.type));
    emitter.emit(FINISHED);
    assert.deepEqual(told, ['warning', 'warning', 'finished', 'finished']);
  });
});
