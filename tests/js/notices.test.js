import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noticeOf } from '../../apps/portal/assets/js/notices.js';
import { fold, stateFrom } from '../../apps/portal/assets/js/store.js';
import { event, person, snapshot } from './fakes.js';

function told(happened, { participants, ...change } = {}, ...earlier) {
  const people = participants ?? [person('pt_1'), person('pt_2', { name: 'Ana' })];
  const before = earlier.reduce(fold, stateFrom(snapshot({ participants: people, ...change })));
  return noticeOf(happened, before, fold(before, happened), 'pt_1');
}

test('a moderator who mutes me is told, my own press is not', () => {
  assert.match(told(event(11, 'microphone_off', { participant: 'pt_1', reason: 'moderator' })).text, /switched your microphone off/);
  assert.equal(told(event(11, 'microphone_off', { participant: 'pt_1', reason: 'self' })), null);
  assert.equal(told(event(11, 'microphone_off', { participant: 'pt_2', reason: 'moderator' })), null);
});

test('a new presenter sees it at once and is asked to check microphone and camera', () => {
  const notice = told(event(11, 'presenter_given', { participant: 'pt_1' }));
  assert.equal(notice.action, 'check_devices');
  assert.equal(notice.urgent, true);
  assert.match(told(event(11, 'presenter_given', { participant: 'pt_2' })).text, /Ana is the presenter/);
});

test('coming is told, loading the page again is not', () => {
  assert.match(told(event(11, 'participant_joined', { participant: 'pt_3', name: 'Luca', role: 'participant' })).text, /Luca is here/);
  const gone = { ...event(11, 'participant_gone', { participant: 'pt_2' }), at: '2026-01-01T10:00:00Z' };
  const back = (at) => ({ ...event(12, 'connected', { participant: 'pt_2', device: 'desktop' }), at });
  assert.equal(told(back('2026-01-01T10:00:05Z'), {}, gone), null);
  assert.match(told(back('2026-01-01T10:10:00Z'), {}, gone).text, /Ana is here/);
});

test('in a large room coming and going is not told', () => {
  const participants = Array.from({ length: 30 }, (_, at) => person(`pt_${at}`));
  assert.equal(told(event(11, 'participant_left', { participant: 'pt_2' }), { participants }), null);
});

test('locked microphones concern those who may not speak any more', () => {
  const locked = event(11, 'microphones_locked', { locked: true });
  assert.match(told(locked).text, /Raise your hand/);
  assert.equal(told(locked, { presenter: 'pt_1' }), null);
  assert.equal(told(locked, { participants: [person('pt_1', { role: 'moderator' })] }), null);
});

test('raised hands are told to moderators', () => {
  const raised = event(11, 'hand_raised', { participant: 'pt_2' });
  assert.equal(told(raised), null);
  assert.match(told(raised, { participants: [person('pt_1', { role: 'moderator' }), person('pt_2', { name: 'Ana' })] }).text, /Ana raised a hand/);
});

test('a hand lowered by a moderator is told, by myself not', () => {
  const lowered = (actor) => ({ ...event(11, 'hand_lowered', { participant: 'pt_1' }), actor });
  assert.match(told(lowered('participant:pt_2'), { hands: ['pt_1'] }).text, /lowered your hand/);
  assert.equal(told(lowered('participant:pt_1'), { hands: ['pt_1'] }), null);
});
