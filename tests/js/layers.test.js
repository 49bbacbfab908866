import assert from 'node:assert/strict';
import { test } from 'node:test';
import { incomingBps, totalsOf } from '../../apps/portal/assets/js/figures.js';
import { CAMERA_LAYERS, SCREEN_MAX_BPS, setRates } from '../../apps/portal/assets/js/layers.js';

class Sender {
  constructor(encodings) {
    this.parameters = { encodings };
    this.changes = 0;
  }

  getParameters() {
    return structuredClone(this.parameters);
  }

  async setParameters(parameters) {
    this.changes += 1;
    await null;
    this.parameters = parameters;
  }
}

const peer = (camera, screen) => ({
  getTransceivers: () => [{ mid: 'cam', sender: camera }, { mid: 'scr', sender: screen }],
});

test('each layer has its size and rate, and only wanted ones are encoded', async () => {
  const camera = new Sender([{ rid: 'l' }, { rid: 'm' }, { rid: 'h' }]);
  const pc = peer(camera, new Sender([{}]));
  await setRates(pc, new Map());
  assert.deepEqual(camera.parameters.encodings.map((one) => [one.scaleResolutionDownBy, one.active]), [[4, true], [2, true], [1, true]]);
  await setRates(pc, new Map([['camera', ['l', 'h']]]));
  assert.deepEqual(camera.parameters.encodings.map((one) => one.active), [true, false, true]);
});

test('a camera that comes alone keeps the best rate and its size', async () => {
  const camera = new Sender([{}]);
  await setRates(peer(camera, new Sender([{}])), new Map([['camera', ['l']]]));
  assert.deepEqual(camera.parameters.encodings, [{ maxBitrate: CAMERA_LAYERS.h.maxBps }]);
});

test('a screen is sent in the codec that is wanted, where the browser has it and can choose', async () => {
  const screen = new Sender([{}]);
  screen.parameters.codecs = [{ mimeType: 'video/VP8' }, { mimeType: 'video/AV1' }];
  const pc = peer(new Sender([{}]), screen);
  await setRates(pc, new Map(), new Map([['screen', 'av1']]));
  assert.deepEqual(screen.parameters.encodings[0].codec, { mimeType: 'video/AV1' });
  await setRates(pc); // nothing new is wanted
  assert.deepEqual(screen.parameters.encodings[0].codec, { mimeType: 'video/AV1' });
  await setRates(pc, new Map(), new Map([['screen', 'vp8']]));
  assert.deepEqual(screen.parameters.encodings[0].codec, { mimeType: 'video/VP8' });
  const other = new Sender([{}]);
  await setRates(peer(new Sender([{}]), other), new Map(), new Map([['screen', 'av1']]));
  assert.equal(other.parameters.encodings[0].codec, undefined);
  assert.equal(other.parameters.encodings[0].maxBitrate, SCREEN_MAX_BPS);
});

test('changes that come at the same moment are made one after the other, and the last one holds', async () => {
  const camera = new Sender([{ rid: 'l' }, { rid: 'm' }, { rid: 'h' }]);
  const pc = peer(camera, new Sender([{}]));
  await Promise.all([['l'], ['l', 'm'], ['h']].map((rids) => setRates(pc, new Map([['camera', rids]]))));
  assert.equal(camera.changes, 3);
  assert.deepEqual(camera.parameters.encodings.map((one) => one.active), [false, false, true]);
});

test('the figures of a connection are summed over its lines', () => {
  const stats = [
    { type: 'candidate-pair', availableIncomingBitrate: 1234.6 },
    { type: 'candidate-pair' },
    { type: 'inbound-rtp', kind: 'audio', totalSamplesReceived: 1000, concealedSamples: 80, silentConcealedSamples: 30 },
    { type: 'inbound-rtp', kind: 'video', freezeCount: 2, totalFreezesDuration: 0.7 },
    { type: 'outbound-rtp', freezeCount: 9 },
  ];
  assert.equal(incomingBps(stats), 1235);
  assert.deepEqual(totalsOf(stats), { samples: 1000, concealed: 50, freezes: 2, frozenS: 0.7 });
});
