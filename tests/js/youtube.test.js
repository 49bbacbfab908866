import assert from 'node:assert/strict';
import { test } from 'node:test';
import { embedAddress, PLAYER_STATE, YOUTUBE_ORIGIN, YoutubePlayer } from '../../apps/portal/assets/js/youtube-player.js';

function player() {
  const sent = [];
  const clock = { nowMs: 0 };
  const one = new YoutubePlayer((text, origin) => sent.push({ ...JSON.parse(text), origin }), () => clock.nowMs);
  const hear = (event, info) => one.hear(JSON.stringify({ event, info }));
  return { one, sent, clock, hear };
}

test('the frame is of the host without cookies, told this page\'s origin and nothing else', () => {
  const address = new URL(embedAddress('dQw4w9WgXcQ', 'https://sala.example'));
  assert.equal(address.origin, YOUTUBE_ORIGIN);
  assert.equal(address.pathname, '/embed/dQw4w9WgXcQ');
  assert.equal(address.searchParams.get('origin'), 'https://sala.example');
  for (const bad of ['', '../../evil1', 'dQw4w9WgXcQ?x', 'dQw4w9WgXc']) assert.throws(() => embedAddress(bad, 'https://sala.example'));
});

test('it greets until the player answers, then asks for its events', () => {
  const { one, sent, hear } = player();
  one.greet();
  assert.deepEqual(sent[0], { event: 'listening', id: 1, channel: 'widget', origin: YOUTUBE_ORIGIN });
  assert.equal(one.ready, false);
  hear('initialDelivery', { duration: 212, currentTime: 0, playerState: -1 });
  assert.equal(one.ready, true);
  assert.equal(one.duration_s, 212);
  assert.deepEqual(sent.slice(1).map((each) => [each.func, each.args]), [['addEventListener', ['onReady']], ['addEventListener', ['onStateChange']], ['addEventListener', ['onError']]]);
});

test('between two messages its place is reckoned on, at its speed', () => {
  const { one, clock, hear } = player();
  hear('infoDelivery', { playerState: PLAYER_STATE.playing, currentTime: 10 });
  clock.nowMs = 400;
  assert.equal(one.position_s, 10.4);
  one.setRate(1.25);
  clock.nowMs = 800;
  assert.ok(Math.abs(one.position_s - 10.9) < 1e-9);
  hear('onStateChange', PLAYER_STATE.paused);
  clock.nowMs = 5000;
  assert.ok(Math.abs(one.position_s - 10.9) < 1e-9, 'it stands');
});

test('commands are those of the player, sent to its origin alone', () => {
  const { one, sent } = player();
  one.play();
  one.seek(33);
  one.setRate(1); // nothing new
  one.pause();
  one.mute();
  assert.deepEqual(sent.map((each) => [each.func, each.args]), [['playVideo', []], ['seekTo', [33, true]], ['pauseVideo', []], ['mute', []]]);
  assert.ok(sent.every((each) => each.origin === YOUTUBE_ORIGIN && each.event === 'command'));
});

test('an error has its number; nonsense is not heard', () => {
  const { one, hear } = player();
  for (const raw of ['', '{', 'null', '{"event":1}', '[]', null, 5, { event: 'onReady' }]) one.hear(raw);
  assert.equal(one.ready, false);
  hear('onError', 150);
  assert.equal(one.error, 150);
});
