import assert from 'node:assert/strict';
import { test } from 'node:test';
import { awakeTimers, HEAR_FIRST_MS } from '../../apps/portal/assets/js/awake-timers.js';
import { FakeClock } from './fakes.js';

function begun(delayMs) {
  const clock = new FakeClock();
  const timers = awakeTimers(clock.timers, () => clock.nowMs);
  const one = { clock, timers, times: 0 };
  one.timer = timers.set(() => (one.times += 1), delayMs);
  return one;
}

test('a timer that comes in time does its work', () => {
  const one = begun(1200);
  one.clock.pass(1199);
  assert.equal(one.times, 0);
  one.clock.pass(1);
  one.clock.pass(10_000);
  assert.equal(one.times, 1);
});

test('one that comes late waits until what came meanwhile is heard, however often the page stands still', () => {
  const one = begun(1200);
  for (let times = 0; times < 3; times += 1) {
    one.clock.standStill(8000);
    one.clock.pass(HEAR_FIRST_MS - 1);
    assert.equal(one.times, 0);
  }
  one.clock.pass(1);
  assert.equal(one.times, 1);
});

test('it can be cleared at any time, also one that never was', () => {
  const one = begun(1200);
  one.clock.standStill(8000);
  one.clock.pass(0);
  one.timers.clear(one.timer);
  one.timers.clear(null);
  one.clock.pass(10_000);
  assert.equal(one.times, 0);
});
