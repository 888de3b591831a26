import assert from 'node:assert/strict';
import { satelliteSource } from '../../../lib/live/sources/satellite';
import type { SatelliteSourceOptions } from '../../../lib/live/sources/satellite';
import { useListening } from '../../support/listening-rig';
import { silence } from '../../support/scripted-audio';
import { standStill } from '../../support/stand-still';
import { waitUntil } from '../../support/wait-until';
import { wyomingEvent } from '../../support/wyoming-client';
import { WyomingSatellite } from '../../support/wyoming-satellite';

describe('a Wyoming satellite as a source', () => {
  const satellites: WyomingSatellite[] = [];
  afterEach(async () => {
    for (const satellite of satellites.splice(0)) await satellite.close();
  });
  // Registered behind, because it looks for what is left open.
  const { rig, listen } = useListening();

  async function start(more: Partial<SatelliteSourceOptions> = {}, info?: Record<string, unknown>) {
    const satellite = new WyomingSatellite(info);
    satellites.push(satellite);
    const port = await satellite.listen();
    const heard = listen(satelliteSource({ address: `127.0.0.1:${port}`, ...more }), {}, 200);
    return { satellite, port, ...heard };
  }

  it('is told to run, its audio is recognised, and each text goes back to it', async () => {
    await rig.serve({ utterances: ['Lights on.', 'Lights off.'], loop: true });
    const { satellite, listening, texts } = await start();
    await listening.start();
    await satellite.wait('run-satellite');
    satellite.wake();
    satellite.speak(silence(2000));
    const [transcript] = await satellite.wait('transcript');
    assert.equal(transcript!.data.text, 'Lights on.');
    // Nothing comes until the next wake word, which is no loss.
    satellite.wake();
    satellite.speak(silence(2000));
    await satellite.wait('transcript', 2);
    assert.deepEqual(texts(), ['Lights on.', 'Lights off.']);
    assert.equal(satellite.connections, 1);
    await listening.close();
    await satellite.wait('pause-satellite');
  });

  it('is understood wherever its bytes are cut', async () => {
    await rig.serve({ utterances: ['Whole.'], loop: true });
    const { satellite, listening } = await start();
    satellite.write = (socket, bytes) => {
      for (const byte of bytes) socket.write(Buffer.from([byte]));
    };
    await listening.start();
    satellite.speak(silence(2000));
    const [transcript] = await satellite.wait('transcript', 1, 20_000);
    assert.equal(transcript!.data.text, 'Whole.');
  }).timeout(30_000);

  it('is understood when several of its events arrive at once', async () => {
    await rig.serve({ utterances: ['Bunched.'], loop: true });
    const { satellite, listening } = await start();
    let bunch = Buffer.alloc(0);
    satellite.write = (socket, bytes) => {
      bunch = Buffer.concat([bunch, bytes]);
      if (bunch.length < 20_000 && bunch.includes('audio-chunk')) return;
      socket.write(bunch);
      bunch = Buffer.alloc(0);
    };
    await listening.start();
    satellite.speak(silence(3000));
    assert.equal((await satellite.wait('transcript'))[0]!.data.text, 'Bunched.');
  });

  it('goes on when it was away and comes back', async () => {
    await rig.serve({ utterances: ['Before.', 'After.'], loop: true });
    const { satellite, port, listening, texts } = await start();
    await listening.start();
    satellite.speak(silence(2000));
    await satellite.wait('transcript');
    await satellite.close();
    await satellite.listen(port);
    await satellite.wait('run-satellite', 2);
    satellite.speak(silence(2000));
    await satellite.wait('transcript', 2);
    assert.deepEqual(texts().slice(0, 2), ['Before.', 'After.']);
  });

  it('is pinged, its own pings are answered, and one that does not answer is connected again', async () => {
    await rig.serve({ utterances: ['One.'], loop: true });
    const { satellite, listening } = await start({ pingMs: 500 });
    await listening.start();
    satellite.send('ping', { text: 'there?' });
    assert.deepEqual((await satellite.wait('pong'))[0]!.data, { text: 'there?' });
    await satellite.wait('ping', 3);
    assert.equal(satellite.connections, 1);
    satellite.write = (socket, bytes) => {
      if (!bytes.includes('pong')) socket.write(bytes);
    };
    await waitUntil(() => satellite.connections > 1, 'another connection');
  });

  it('is not lost when its answer to a ping came while the program stood still', async () => {
    await rig.serve({ utterances: ['One.'], loop: true });
    const { satellite, listening } = await start({ pingMs: 100 });
    await listening.start();
    satellite.write = (socket, bytes) => {
      socket.write(bytes);
      if (bytes.includes('pong')) standStill(250);
    };
    await satellite.wait('ping', 4);
    assert.equal(satellite.connections, 1);
  });

  it('is told to stop listening when nobody speaks behind its wake word', async () => {
    await rig.serve({ utterances: [] });
    const { satellite, listening } = await start({ listeningMs: 50 });
    await listening.start();
    satellite.wake();
    const [error] = await satellite.wait('error');
    assert.equal(error!.data.code, 'stt-no-text-recognized');
    // One that streams always is not disturbed.
    satellite.send('run-pipeline', { start_stage: 'wake', restart_on_end: true });
    satellite.send('ping', { text: 'after' });
    await satellite.wait('pong');
    assert.equal(satellite.of('error').length, 1);
  });

  it('may send another format, which is expected after the next connection', async () => {
    await rig.serve({ utterances: ['Wide.'], loop: true });
    const { satellite, listening, texts } = await start();
    const wide = { rate: 48_000, width: 2, channels: 2 };
    await listening.start();
    satellite.speak(silence(100), wide);
    await satellite.wait('run-satellite', 2);
    satellite.speak(Buffer.alloc(48_000 * 4 * 2), wide);
    await satellite.wait('transcript');
    assert.deepEqual(texts(), ['Wide.']);
  });

  it('must be a satellite, and must speak Wyoming', async () => {
    await rig.serve({ utterances: [] });
    const other = await start({}, { asr: [], satellite: null });
    await assert.rejects(other.listening.start(), { code: 'CONNECT_FAILED', message: /is no satellite/ });
    const foreign = await start();
    foreign.satellite.write = (socket) => {
      socket.write(Buffer.concat([Buffer.from('SSH-2.0\n'), wyomingEvent('info')]));
    };
    await assert.rejects(foreign.listening.start(), { code: 'PROTOCOL_REJECTED' });
  });

  it('has an address with 10700 as its usual port, and refuses what is none', () => {
    assert.equal(satelliteSource({ address: 'kitchen.local' }).name, 'wyoming://kitchen.local:10700');
    assert.equal(satelliteSource({ address: 'tcp://[::1]:4000' }).name, 'wyoming://[::1]:4000');
    for (const address of ['http://a', 'a b', 'wyoming://u:p@host', 'host/path', 'host:99999']) {
      assert.throws(() => satelliteSource({ address }), { param: 'satelliteAddress' });
    }
  });
});
