import assert from 'node:assert/strict';
import { test } from 'node:test';
import { measureUplink } from '../../apps/portal/assets/js/uplink.js';

/** A line of a given speed: one chunk after the other, on a clock of its own. @param {number} bps */
function line(bps) {
  let nowMs = 0;
  let chunks = 0;
  return {
    nowMs: () => nowMs,
    get chunks() { return chunks; },
    send: async (/** @type {string} */ text) => {
      chunks += 1;
      nowMs += (text.length * 8 * 1000) / bps;
      return true;
    },
  };
}

for (const bps of [100_000, 1_000_000, 20_000_000]) {
  test(`a line of ${bps} bps is measured as such`, async () => {
    const one = line(bps);
    const found = await measureUplink(one.send, one.nowMs);
    assert.ok(Math.abs(Number(found) - bps) / bps < 0.05, `${found}`);
  });
}

test('a slow line is not made to carry more than it must', async () => {
  const one = line(100_000);
  await measureUplink(one.send, one.nowMs);
  assert.equal(one.chunks, 2, 'once, and once more to be sure');
});

test('a moment in which either end stands still says nothing of the line', async () => {
  const one = line(20_000_000);
  const stoodStillMs = 2000; // in the first chunk
  const found = await measureUplink(one.send, () => one.nowMs() + (one.chunks ? stoodStillMs : 0));
  assert.ok(Math.abs(Number(found) - 20_000_000) / 20_000_000 < 0.05, `${found}`);
});

test('a line that carries nothing is not measured', async () => {
  assert.equal(await measureUplink(async () => false), null);
});
