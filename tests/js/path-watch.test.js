import assert from 'node:assert/strict';
import { test } from 'node:test';
import { carries, receivedBy, Silence } from '../../apps/portal/assets/js/path-watch.js';

const stats = (bytesReceived, responsesReceived = 0) => [
  { type: 'transport', bytesReceived },
  { type: 'candidate-pair', responsesReceived },
  { type: 'inbound-rtp', bytesReceived: 1 },
];

test('what came by the path is media and answers to its checks', () => {
  assert.equal(receivedBy(stats(100, 3)), 103);
  assert.equal(receivedBy([]), null);
});

test('Firefox tells only of candidate pairs', () => {
  const firefox = [{ type: 'candidate-pair', bytesReceived: 70 }, { type: 'candidate-pair', bytesReceived: 0 }, { type: 'local-candidate' }];
  assert.equal(receivedBy(firefox), 70);
});

test('who is told nothing takes no path for dead', async () => {
  const silence = new Silence();
  assert.deepEqual([1, 2, 3].map(() => silence.look([{ type: 'codec' }])), [0, 0, 0]);
  assert.equal(await carries({ getStats: async () => new Map() }, async () => {}), true);
});

test('silence is counted in looks, and anything ends it', () => {
  const silence = new Silence();
  const looks = [[100, 0], [100, 0], [100, 0], [100, 1], [100, 1], [120, 1]].map(([bytes, responses]) => silence.look(stats(bytes, responses)));
  assert.deepEqual(looks, [0, 1, 2, 0, 1, 0]);
});

test('a path carries if something comes while one waits', async () => {
  let bytes = 0;
  const pc = { getStats: async () => new Map(stats(bytes).map((one, index) => [String(index), one])) };
  assert.equal(await carries(pc, async () => {}), false);
  assert.equal(await carries(pc, async () => { bytes += 40; }), true);
});
