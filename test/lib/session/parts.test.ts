import assert from 'node:assert/strict';
import { joinTexts } from '../../../lib';
import { Pacer } from '../../../lib/session/send/pacer';
import { Timeline } from '../../../lib/session/send/timeline';

describe('joinTexts', () => {
  const table: [texts: string[], joined: string][] = [
    [[], ''],
    [['', '  '], ''],
    [['Hello.', 'How are you?'], 'Hello. How are you?'],
    [[' Hello. ', '', 'Bye.'], 'Hello. Bye.'],
    [['今天天气真不错，', '阳光明媚。'], '今天天气真不错，阳光明媚。'],
    [['こんにちは。', '元気ですか'], 'こんにちは。元気ですか'],
    [['สวัสดี', 'ครับ'], 'สวัสดีครับ'],
    [['안녕하세요.', '반갑습니다.'], '안녕하세요. 반갑습니다.'],
    [['Use Node-RED.', '今天'], 'Use Node-RED.今天'],
  ];
  for (const [texts, joined] of table) {
    it(`joins ${JSON.stringify(texts)}`, () => {
      assert.equal(joinTexts(texts), joined);
    });
  }
});

describe('Pacer', () => {
  it('sends the burst at once, and then at the multiple of real time', () => {
    const pacer = new Pacer(3000, 20, 0);
    for (let sentMs = 0; sentMs < 3000; sentMs += 100) {
      assert.equal(pacer.waitMs(0), 0, `${sentMs}`);
      pacer.spend(100);
    }
    const waitMs = pacer.waitMs(0);
    assert.ok(waitMs >= 1 && waitMs <= 5, `${waitMs}`);
    assert.equal(pacer.waitMs(waitMs), 0);
  });

  it('never sends more than burst and multiple allow, whatever the chunks', () => {
    for (const chunkMs of [1, 37, 100, 977]) {
      const pacer = new Pacer(1000, 10, 0);
      let nowMs = 0;
      let sentMs = 0;
      while (sentMs < 60_000) {
        const waitMs = pacer.waitMs(nowMs);
        nowMs += waitMs;
        if (waitMs > 0) continue;
        pacer.spend(chunkMs);
        sentMs += chunkMs;
        assert.ok(sentMs <= 1000 + nowMs * 10 + chunkMs, `${sentMs} ms of audio in ${nowMs} ms`);
      }
      assert.ok(nowMs <= 6200, `${nowMs} ms for a minute of audio in chunks of ${chunkMs} ms`);
    }
  });

  it('never delays live audio, and saves up no more than the burst', () => {
    const pacer = new Pacer(1000, 2, 0);
    for (let nowMs = 0; nowMs < 100_000; nowMs += 100) {
      assert.equal(pacer.waitMs(nowMs), 0);
      pacer.spend(100);
    }
    let burstMs = 0;
    while (pacer.waitMs(1e9) === 0) {
      pacer.spend(100);
      burstMs += 100;
    }
    assert.equal(burstMs, 1000);
  });

  it('sends a single chunk that is longer than the burst', () => {
    const pacer = new Pacer(1, 1, 0);
    assert.equal(pacer.waitMs(0), 0);
    pacer.spend(100);
    assert.equal(pacer.waitMs(0), 100);
  });
});

describe('Timeline', () => {
  it('leaves inserted silence out of times, and moves times within it to its beginning', () => {
    const timeline = new Timeline();
    timeline.shift(1000, -500);
    timeline.shift(3000, -200);
    const pairs = [
      [0, 0],
      [1000, 1000],
      [1200, 1000],
      [1500, 1000],
      [2500, 2000],
      [3000, 2500],
      [3100, 2500],
      [3200, 2500],
      [4200, 3500],
    ];
    for (const [sentMs, givenMs] of pairs) assert.equal(timeline.given(sentMs!), givenMs, `${sentMs}`);
  });

  it('stays right after more silences than it keeps one by one', () => {
    const timeline = new Timeline();
    let sentMs = 0;
    for (let i = 0; i < 1000; i++) {
      sentMs += 1000;
      timeline.shift(sentMs, -300);
      sentMs += 300;
      assert.equal(timeline.given(sentMs), (i + 1) * 1000);
    }
  });
});
