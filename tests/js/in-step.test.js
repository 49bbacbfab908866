import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FILM_STEPS, InStep, YOUTUBE_STEPS } from '../../apps/portal/assets/js/in-step.js';
import { ServerClock } from '../../apps/portal/assets/js/server-clock.js';

/** A player that starts late after a jump, on a clock that runs a little wrong. */
function watch({ startsLate_s = 0, skew = 1, steps = FILM_STEPS, seconds = 40, from_s = -5 } = {}) {
  const step = new InStep(steps);
  let have_s = from_s;
  let rate = 1;
  let stuckUntilMs = 0;
  const drifts = [];
  for (let nowMs = 0; nowMs < seconds * 1000; nowMs += 200) {
    const wanted_s = nowMs / 1000;
    const settled = nowMs >= stuckUntilMs;
    if (settled && nowMs) have_s += 0.2 * rate * skew;
    const said = step.correct({ wanted_s, have_s, playing: true, settled, nowMs });
    rate = said.rate;
    if (said.jump_s !== null) {
      have_s = said.jump_s;
      stuckUntilMs = nowMs + startsLate_s * 1000;
    }
    drifts.push(have_s - wanted_s);
  }
  return { drifts, step };
}

const last = (list, count) => Math.max(...list.slice(-count).map(Math.abs));

test('a late comer is in step at once', () => {
  const { drifts } = watch({ from_s: -300 });
  assert.ok(Math.abs(drifts[1]) < 0.3, `${drifts[1]}`);
  assert.ok(last(drifts, 100) < 0.1);
});

test('a player whose clock runs wrong is held by small changes of its speed', () => {
  for (const skew of [0.97, 1.03]) assert.ok(last(watch({ skew, from_s: 0 }).drifts, 100) < 0.2);
});

test('a player that needs a second to jump learns to jump ahead', () => {
  const { drifts, step } = watch({ startsLate_s: 1.2, from_s: -60 });
  assert.ok(step.lead_s > 0.8, `${step.lead_s}`);
  assert.ok(last(drifts, 50) < 0.5, `${last(drifts, 50)}`);
});

test('what a player says while it loads is not believed', () => {
  const step = new InStep(FILM_STEPS);
  assert.deepEqual(step.correct({ wanted_s: 50, have_s: 0, playing: true, settled: false, nowMs: 0 }), { rate: 1, jump_s: null });
});

test('a film that stands is put exactly where it should be', () => {
  const step = new InStep(FILM_STEPS);
  assert.deepEqual(step.correct({ wanted_s: 7, have_s: 7.2, playing: false, settled: true, nowMs: 0 }), { rate: 1, jump_s: 7 });
  assert.deepEqual(step.correct({ wanted_s: 7, have_s: 7.01, playing: false, settled: true, nowMs: 0 }), { rate: 1, jump_s: null });
});

test('YouTube is only asked for speeds that it knows', () => {
  const step = new InStep(YOUTUBE_STEPS);
  const rates = [0.5, 0.2, 0.1, -0.1, -0.5].map((drift) => step.correct({ wanted_s: 10, have_s: 10 + drift, playing: true, settled: true, nowMs: 0 }).rate);
  assert.deepEqual(rates, [0.75, 0.75, 1, 1, 1.25]);
});

test('the answer with the shortest way tells the server\'s time', () => {
  const clock = new ServerClock();
  const iso = (ms) => new Date(ms).toISOString();
  clock.hear(iso(1_000_000_000), 5000); // a welcome: nobody knows how long it took
  clock.hear(iso(1_000_000_500), 5900, 5100); // 800 ms under way, most of it on the way back
  clock.hear(iso(1_000_002_010), 7020, 7000); // 20 ms under way
  assert.equal(clock.at(7020), 1_000_002_020);
  clock.hear(iso(1_000_003_000), 8300, 7700);
  assert.equal(clock.at(8020), 1_000_003_020, 'a slower answer changes nothing');
});

test('a computer that slept learns the time anew', () => {
  const clock = new ServerClock();
  clock.hear(new Date(1_000_000_000).toISOString(), 1010, 1000);
  clock.hear(new Date(1_003_600_000).toISOString(), 2100, 2000);
  assert.equal(clock.at(2100), 1_003_600_050);
});

test('nonsense does not move the clock', () => {
  const clock = new ServerClock();
  clock.hear('', 10, 0);
  const [before, at, after] = [Date.now(), clock.at(10), Date.now()];
  assert.ok(before <= at && at <= after);
});
