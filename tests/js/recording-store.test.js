import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lightsOf, recordingFrom, RECORDING_FOLDS, unheard } from '../../apps/portal/assets/js/recording-store.js';

/** @param {Record<string, any>} values */
function state(values = {}) {
  const one = { participant: 'pt_a', name: 'Ana', microphone: true, camera: false, screen: false };
  return /** @type {any} */ ({ room: { record: true }, participants: new Map([['pt_a', one]]), recording: recordingFrom(undefined), ...values });
}

/** @param {any} before @param {any} event */
const fold = (before, event) => /** @type {any} */ (RECORDING_FOLDS)[event.type](before, event);

test('a fragment runs from its start to its stop', () => {
  const started = fold(state(), { type: 'recording_started', recording: 'rc_1', name: '', takes: 'stage', at: '2026-03-01T09:00:00Z' });
  assert.equal(started.recording.running.recording, 'rc_1');
  assert.equal(fold(started, { type: 'recording_stopped', recording: 'rc_1' }).recording.running, null);
});

test('the tape says why it does not run', () => {
  const full = fold(state(), { type: 'tape_running', running: false, reason: 'disk_full' });
  assert.deepEqual([full.recording.tape, full.recording.reason], [false, 'disk_full']);
});

test('each source that is on has a light of its own', () => {
  const lights = { pt_a: { microphone: true, camera: false } };
  assert.deepEqual(lightsOf(state(), 'pt_a', {}), []);
  assert.deepEqual(lightsOf(state(), 'pt_a', lights), [{ source: 'microphone', on: true }], 'the camera is off');
  const seen = state();
  seen.participants.get('pt_a').camera = true;
  assert.deepEqual(lightsOf(seen, 'pt_a', lights), [{ source: 'microphone', on: true }, { source: 'camera', on: false }]);
  assert.deepEqual(lightsOf(state({ room: { record: false } }), 'pt_a', lights), []);
  assert.deepEqual(lightsOf(state(), 'pt_b', lights), []);
});

test('who refused is not missed, who agreed is', () => {
  const lights = { pt_a: { microphone: false } };
  assert.deepEqual(unheard(state(), lights), []);
  const agreed = fold(state(), { type: 'consent_set', participant: 'pt_a', choice: 'voice' });
  assert.deepEqual(unheard(agreed, lights), ['pt_a']);
  const refused = fold(agreed, { type: 'consent_set', participant: 'pt_a', choice: 'none' });
  assert.deepEqual(unheard(refused, lights), []);
});
