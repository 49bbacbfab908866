import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SCREEN_MAX_BPS, setRates } from '../../apps/portal/assets/js/layers.js';
import { screenWishes } from '../../apps/portal/assets/js/screen-wishes.js';
import { FakePeerConnection } from './fakes.js';

test('the whole computer\'s sound is offered only where the browser can keep the conference itself out of it', () => {
  assert.equal(screenWishes({}).systemAudio, 'exclude');
  assert.equal(screenWishes({ restrictOwnAudio: true }).systemAudio, 'include');
  assert.equal(screenWishes({}).selfBrowserSurface, 'exclude');
});

test('a screen may be as large as 1080p and more, and its sound stays as it is', () => {
  const { video, audio } = screenWishes({});
  assert.ok(video.width.max >= 1920 && video.height.max >= 1080 && video.frameRate.max >= 5);
  assert.equal(audio.echoCancellation, false);
});

test('a screen gives up pictures a second before it gives up sharpness, and stays below its rate', async () => {
  const pc = new FakePeerConnection({});
  await pc.setRemoteDescription({ sdp: 'mic cam scr sca' });
  await setRates(pc, new Map());
  assert.equal(pc.line('scr').sender.parameters.degradationPreference, 'maintain-resolution');
  assert.equal(pc.line('scr').sender.parameters.encodings[0].maxBitrate, SCREEN_MAX_BPS);
  assert.ok(SCREEN_MAX_BPS <= 1_500_000);
  assert.equal(pc.line('cam').sender.parameters.degradationPreference, undefined);
});
