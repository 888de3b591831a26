import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { Tickets } from '../../nodes/node-red/asr-microphone/tickets';
import { pageFlow, TIMED, WirePage } from '../support/microphone-door';
import { helper } from '../support/node-red';
import { useService } from '../support/node-red-service';
import { answerTo } from '../support/raw-http';
import { waitUntil } from '../support/wait-until';

const LONG_TEXT_BYTES = 64 * 1024;
const MOST_TEXTS = 1000;
const CLOSE = { headers: { Connection: 'close' } };

describe('the door of the microphone under attack', () => {
  const { serve } = useService();
  const pages: WirePage[] = [];

  afterEach(() => {
    for (const page of pages.splice(0)) page.socket.terminate();
  });

  async function start(...more: Parameters<typeof pageFlow> extends [string, ...infer R] ? R : never) {
    return pageFlow((await serve()).url, ...more);
  }

  async function open(): Promise<WirePage> {
    const page = await new WirePage().open();
    pages.push(page);
    return page;
  }

  it('opens no connection without a ticket, with another one, with a spent one or for another site', async () => {
    await start();
    const page = await open();
    assert.equal(await page.connect(''), 403);
    assert.equal(await page.connect('0'.repeat(32)), 403);
    const { ticket = '' } = await page.askTicket();
    assert.match(ticket, /^[\da-f]{32}$/);
    for (const origin of ['https://evil.example', 'http://127.0.0.1', 'null', '']) {
      assert.equal(await page.connect(ticket, origin), 403, origin);
    }
    const other = new WirePage();
    const { ticket: fresh = '' } = await other.askTicket();
    assert.equal(await other.connect(fresh), undefined);
    pages.push(other);
    assert.equal(await new WirePage().connect(fresh), 403);
  });

  it('gives no ticket to a page of another site, nor to one without a number', async () => {
    await start();
    const url = `${helper.url()}/microphone/ticket`;
    const plain = await fetch(url, { method: 'POST', headers: { origin: 'https://evil.example' } });
    assert.equal(plain.status, 400);
    assert.equal(plain.headers.get('access-control-allow-origin'), null);
    const asked = await fetch(url, { method: 'OPTIONS', headers: { origin: 'https://evil.example' } });
    assert.equal(asked.headers.get('access-control-allow-headers'), null);
    assert.equal((await fetch(url)).status, 404);
  });

  it('takes no more pages at once than it says, and has room again when one has left', async () => {
    await start({ maxBrowsers: '2' });
    const [first] = [await open(), await open()];
    const third = new WirePage();
    assert.deepEqual(await third.askTicket(), { status: 503, code: 'full' });
    first.leave();
    await once(first.socket, 'close');
    await third.open();
    pages.push(third);
  });

  it('cannot be overrun by tickets that were given while there was room', async () => {
    await start({ maxBrowsers: '1' });
    const many = Array.from({ length: 5 }, () => new WirePage());
    const tickets = await Promise.all(many.map((page) => page.askTicket()));
    const answers = [];
    for (const [at, page] of many.entries()) answers.push(await page.connect(tickets[at]!.ticket ?? ''));
    pages.push(many[0]!);
    assert.deepEqual(answers, [undefined, 503, 503, 503, 503]);
  });

  const REFUSED: [what: string, frame: Buffer | string, code: number][] = [
    ['a frame that is too large', Buffer.alloc(64 * 1024 + 2), 1009],
    ['half a sample', Buffer.alloc(3201), 1007],
    ['an unknown action', '{"action":"abort"}', 1007],
    ['no JSON', 'commit', 1007],
    ['a long text', JSON.stringify({ action: 'commit', more: 'x'.repeat(300) }), 1007],
  ];
  for (const [what, frame, code] of REFUSED) {
    it(`closes the connection of a page that sends ${what}`, async () => {
      const flow = await start();
      const page = await open();
      page.socket.send(frame);
      const [said] = (await once(page.socket, 'close')) as [number];
      assert.equal(said, code);
      assert.deepEqual(flow.received('heard'), []);
      await open();
    });
  }

  it('does not read a page that speaks faster than anybody can', async () => {
    const flow = await start();
    const page = await open();
    const minute = Buffer.alloc(32_000 * 60);
    for (let sent = 0; sent < 10; sent += 1) page.speak(minute);
    const bytes = (): number =>
      flow.received('heard').reduce((sum, { payload }) => sum + (payload as Buffer).length, 0);
    await waitUntil(() => bytes() >= 32_000 * 40, 'what may come at once', 15_000);
    // Twice the time that a busy machine takes to reach this line is allowed, but not all of it.
    assert.ok(bytes() < 32_000 * 300, String(bytes()));
    assert.ok(page.socket.bufferedAmount > 0);
  });

  it('ends the connection and the session of a page that answers no ping, and of no other one', async () => {
    const flow = await start({ type: TIMED, checkEveryMs: 1000, comesBackWithinMs: 1 });
    const answering = await open();
    const silent = new WirePage();
    await silent.connect((await silent.askTicket()).ticket ?? '', undefined, false);
    pages.push(silent);
    silent.speak(Buffer.alloc(3200));
    const [{ topic } = { topic: '' }] = await flow.messages('heard');
    const [code] = (await once(silent.socket, 'close')) as [number];
    assert.equal(code, 1006);
    await waitUntil(() => flow.received('heard').length === 2, 'the end of its session');
    const { action, topic: ended } = flow.received('heard')[1] as never as Record<string, unknown>;
    assert.deepEqual([action, ended], ['finish', topic]);
    assert.equal(answering.socket.readyState, answering.socket.OPEN);
  });

  it('keeps a mebibyte for a page that does not read its results, and then ends its connection', async () => {
    const flow = await start({ type: TIMED, comesBackWithinMs: 1 });
    const page = await open();
    page.speak(Buffer.alloc(3200));
    const spoken = await flow.message('heard');
    page.socket.pause();
    const text = 'x'.repeat(LONG_TEXT_BYTES);
    let sent = 0;
    // Both ends of the connection have buffers in the system too, which take several megabytes.
    for (; flow.received('heard').length === 1 && sent < MOST_TEXTS; sent += 1) {
      flow.send('microphone', { ...spoken, asr: { type: 'final', text } });
      await waitUntil(() => flow.received('completed').length > sent, 'the result to be taken');
    }
    await waitUntil(() => flow.received('heard').length === 2, 'the end of its session');
    page.socket.resume();
    await once(page.socket, 'close');
    const read = page.heard.filter(({ type }) => type === 'final').length;
    assert.ok(read > 0 && read < sent, `${read} of ${sent}`);
    assert.ok((sent - read) * text.length <= 1024 * 1024 + 8 * text.length, `${read} of ${sent}`);
  });

  it('leaves other upgrades alone, and answers half a request to nobody', async () => {
    await start();
    const port = Number(new URL(helper.url()).port);
    const sockets = Array.from({ length: 200 }, () => {
      const socket = connect(port, '127.0.0.1').on('error', () => undefined);
      socket.write('POST /microphone/ticket HTTP/1.1\r\nHost: a\r\nx-asr-');
      return socket;
    });
    try {
      await Promise.all(sockets.map((socket) => once(socket, 'connect')));
      await open();
      assert.match(await answerTo(port, '/microphone/..%2froute.js', CLOSE), /^HTTP\/1\.1 404 /);
      assert.match(await answerTo(port, '/microphone/%E0%A4%A', CLOSE), /^HTTP\/1\.1 40[04] /);
    } finally {
      for (const socket of sockets) socket.destroy();
    }
  });

  it('keeps a bounded number of tickets for a bounded time', () => {
    let nowMs = 0;
    const tickets = new Tickets(() => nowMs);
    const first = tickets.issue('a');
    for (let at = 0; at < 1000; at += 1) tickets.issue('b');
    assert.equal(tickets.redeem(first), undefined);
    const late = tickets.issue('c');
    nowMs = 30_001;
    assert.equal(tickets.redeem(late), undefined);
    const fresh = tickets.issue('d');
    assert.equal(tickets.redeem(fresh), 'd');
    assert.equal(tickets.redeem(fresh), undefined);
  });
});
