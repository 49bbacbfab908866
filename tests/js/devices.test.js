import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Devices, problemOf } from '../../apps/portal/assets/js/media-devices.js';
import { settled } from './fakes.js';
import { TabMemory } from '../../apps/portal/assets/js/tab-memory.js';

class FakeStorage {
  kept = new Map();
  getItem(key) { return this.kept.get(key) ?? null; }
  setItem(key, value) { this.kept.set(key, value); }
}

class FakeTrack {
  readyState = 'live';
  onended = null;
  constructor(kind, label) { this.kind = kind; this.label = label; }
  stop() { this.readyState = 'ended'; }
  getSettings() { return { deviceId: this.label }; }
}

/** Gives what it has; `refuses` says why not, by what was asked for. */
class FakeMediaDevices {
  asked = [];
  constructor(refuses = () => null) { this.refuses = refuses; }
  addEventListener() {}
  async enumerateDevices() { return []; }
  async getUserMedia(wishes) {
    this.asked.push(wishes);
    const name = this.refuses(wishes);
    if (name) throw Object.assign(new Error(name), { name });
    const tracks = [wishes.audio && new FakeTrack('audio', 'mic'), wishes.video && new FakeTrack('video', 'cam')].filter(Boolean);
    return { getTracks: () => tracks };
  }
}

const make = (refuses, storage = new FakeStorage()) => new Devices(storage, new FakeMediaDevices(refuses));

test('nothing is asked before the person acts', () => {
  const devices = make();
  assert.deepEqual(devices.media.asked, []);
  assert.equal(devices.asked, false);
});

test('microphone and camera are asked for together, once', async () => {
  const devices = make();
  await devices.setUp();
  assert.equal(devices.media.asked.length, 1);
  assert.deepEqual([devices.microphone.label, devices.camera.label], ['mic', 'cam']);
});

test('without a camera a microphone is enough', async () => {
  const devices = make((wishes) => (wishes.video ? 'NotFoundError' : null));
  await devices.setUp();
  assert.equal(devices.microphone.label, 'mic');
  assert.equal(devices.camera, null);
  assert.equal(devices.problems.camera, 'missing');
  assert.equal(devices.problems.microphone, null);
});

test('who refuses is not asked again', async () => {
  const devices = make(() => 'NotAllowedError');
  await devices.setUp();
  assert.equal(devices.media.asked.length, 1);
  assert.deepEqual(devices.problems, { microphone: 'blocked', camera: 'blocked' });
});

test('without a secure context it says so and asks nothing', async () => {
  const devices = new Devices(new FakeStorage(), null);
  await devices.setUp();
  assert.deepEqual(devices.problems, { microphone: 'insecure', camera: 'insecure' });
});

test('a choice is remembered, and a remembered device that is gone does not keep the others out', async () => {
  const storage = new FakeStorage();
  make(undefined, storage).remember({ microphone: 'old headset', cameraOn: false });
  const devices = make((wishes) => (wishes.audio?.deviceId ? 'OverconstrainedError' : null), storage);
  assert.equal(devices.choices.cameraOn, false);
  await devices.open('microphone');
  assert.equal(devices.microphone.label, 'mic');
});

test('a microphone that is pulled out is followed by the next one', async () => {
  const devices = make();
  const told = [];
  devices.onunplugged = (kind) => told.push(kind);
  await devices.open('microphone');
  const pulled = devices.microphone;
  pulled.onended();
  await settled();
  assert.deepEqual(told, ['microphone']);
  assert.notEqual(devices.microphone, pulled);
  assert.equal(devices.microphone.readyState, 'live');
});

test('every error has a reason that a person understands', () => {
  const named = (name) => problemOf(Object.assign(new Error(), { name }));
  assert.deepEqual(['NotAllowedError', 'NotFoundError', 'NotReadableError', 'TypeError'].map(named), ['blocked', 'missing', 'busy', 'failed']);
});

test('a tab remembers over a reload, also where storage holds nonsense', () => {
  const storage = new FakeStorage();
  const first = new TabMemory('demo', storage);
  first.keep({ inside: true, camera: true });
  assert.deepEqual(new TabMemory('demo', storage).now, first.now);
  assert.notEqual(new TabMemory('other', storage).now.tab, first.now.tab);
  storage.setItem('sala.room.demo', '{');
  assert.equal(new TabMemory('demo', storage).now.inside, false);
});
