import assert from 'node:assert/strict';
import { test } from 'node:test';

import { MOST_PATIENT_MS, Patience, PATIENT_MS, REMEMBERED_LOOKS, wait } from '../../apps/portal/assets/js/patience.js';

/** @param {number} packetsReceived @param {number} nackCount */
const stats = (packetsReceived, nackCount) => [
  { type: 'inbound-rtp', kind: 'video', packetsReceived, nackCount },
  { type: 'inbound-rtp', kind: 'audio', packetsReceived: 50, nackCount: 40 },
  { type: 'transport' },
];

test('where nothing is lost nobody waits', () => {
  const patience = new Patience();
  for (let second = 1; second < 30; second += 1) assert.equal(patience.look(stats(second * 300, 0)), null);
});

test('one bad second is no lossy line, two are', () => {
  const patience = new Patience();
  assert.equal(patience.look(stats(300, 0)), null);
  assert.equal(patience.look(stats(600, 20)), null);
  assert.equal(patience.look(stats(900, 40)), PATIENT_MS);
});

/** @param {number[]} trips In seconds, of a line on which each look finds packets asked for again. */
const targets = (...trips) => {
  const patience = new Patience();
  return trips.map((currentRoundTripTime, second) =>
    patience.look([...stats(second * 300, second * 20), { type: 'candidate-pair', nominated: true, currentRoundTripTime }]),
  );
};

test('the longer the way, the longer the wait, up to a limit', () => {
  assert.equal(targets(0.03, 0.03, 0.03).at(-1), PATIENT_MS);
  assert.equal(targets(0.16, 0.16, 0.16).at(-1), 400);
  assert.equal(targets(2, 2, 2).at(-1), MOST_PATIENT_MS);
});

test('a queue on the way is not its length', () => {
  assert.equal(targets(0.9, 0.9, 0.04, 0.9).at(-1), PATIENT_MS);
});

test('after a while without loss it ends', () => {
  const patience = new Patience();
  for (const second of [1, 2, 3]) patience.look(stats(second * 300, second * 20));
  let target = /** @type {number | null} */ (PATIENT_MS);
  for (let second = 4; second < 4 + REMEMBERED_LOOKS; second += 1) target = patience.look(stats(second * 300, 60));
  assert.equal(target, null);
});

test('another connection begins to count anew and remembers the line', () => {
  const patience = new Patience();
  for (const second of [1, 2, 3]) patience.look(stats(second * 300, second * 20));
  assert.equal(patience.look(stats(100, 0)), PATIENT_MS);
});

test('only pictures wait, and only where the browser can', () => {
  const video = { track: { kind: 'video' }, jitterBufferTarget: null };
  const audio = { track: { kind: 'audio' }, jitterBufferTarget: null };
  const old = { track: { kind: 'video' } };
  wait(/** @type {any} */ ({ getReceivers: () => [video, audio, old] }), PATIENT_MS);
  assert.equal(video.jitterBufferTarget, PATIENT_MS);
  assert.equal(audio.jitterBufferTarget, null);
  assert.ok(!('jitterBufferTarget' in old));
});
