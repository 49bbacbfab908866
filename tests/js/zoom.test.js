import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fit, kept, moved, swipe, WHOLE, zoomed, ZOOM_MAX } from '../../apps/portal/assets/js/zoom.js';

const box = { width: 800, height: 600 };
const page = fit({ width: 1920, height: 1080 }, box);

test('a page fits whole into its box', () => {
  assert.deepEqual(page, { width: 800, height: 450 });
  assert.deepEqual(fit({ width: 595, height: 842 }, box), { width: 423, height: 600 });
  assert.deepEqual(fit({ width: 0, height: 0 }, box), box);
});

test('the point under the finger stays', () => {
  const point = { x: 100, y: -50 };
  const look = zoomed(WHOLE, 3, point, page, box);
  const onPage = (at, one) => ({ x: (at.x - one.x) / one.scale, y: (at.y - one.y) / one.scale });
  assert.deepEqual(onPage(point, look), onPage(point, WHOLE));
});

test('never smaller than whole, never beyond the largest', () => {
  assert.deepEqual(zoomed(WHOLE, 0.2, { x: 9, y: 9 }, page, box), { scale: 1, x: 0, y: 0 });
  assert.equal(zoomed(WHOLE, 100, { x: 0, y: 0 }, page, box).scale, ZOOM_MAX);
});

test('a page can not be pushed out of its box', () => {
  assert.deepEqual(moved(WHOLE, 500, 500, page, box), { scale: 1, x: 0, y: 0 });
  assert.deepEqual(moved({ scale: 2, x: 0, y: 0 }, 5000, -5000, page, box), { scale: 2, x: 400, y: -150 });
  assert.deepEqual(kept({ scale: 1, x: 30, y: 0 }, page, box), { scale: 1, x: 0, y: 0 });
});

test('a swipe is quick, long and level', () => {
  assert.equal(swipe(-120, 10, 200), 1);
  assert.equal(swipe(120, -10, 200), -1);
  assert.equal(swipe(-20, 0, 100), 0);
  assert.equal(swipe(-120, 110, 200), 0);
  assert.equal(swipe(-120, 0, 2000), 0);
});
