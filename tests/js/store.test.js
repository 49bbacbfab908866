import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fold, inTheRoom, mayPresent, microphoneState, stateFrom } from '../../apps/portal/assets/js/store.js';
import { event, person, snapshot } from './fakes.js';

const start = stateFrom(snapshot());
const after = (...events) => events.reduce(fold, start);
const seat = (state, id) => state.participants.get(id);

test('an event changes only what it is about', () => {
  const state = after(event(11, 'microphone_on', { participant: 'pt_2' }));
  assert.equal(seat(state, 'pt_2').microphone, true);
  assert.equal(seat(state, 'pt_1'), seat(start, 'pt_1'));
  assert.equal(state.number, 11);
  assert.equal(seat(start, 'pt_2').microphone, false, 'the old state is as it was');
});

test('hidden and unknown events only count', () => {
  const state = after(event(11, 'hidden'), event(12, 'something_new', { participant: 'pt_1' }), event(13, 'constructor'));
  assert.equal(state.number, 13);
  assert.equal(state.participants, start.participants);
});

test('hands keep the order in which they were raised', () => {
  const state = after(
    event(11, 'hand_raised', { participant: 'pt_3' }),
    event(12, 'hand_raised', { participant: 'pt_1' }),
    event(13, 'hand_raised', { participant: 'pt_2' }),
    event(14, 'hand_lowered', { participant: 'pt_1' }),
  );
  assert.deepEqual(state.hands, ['pt_3', 'pt_2']);
});

test('who loses the connection is reconnecting, and back under the same seat', () => {
  const lost = after(event(11, 'disconnected', { participant: 'pt_2', connection: 'cn_1', reason: 'lost' }));
  assert.equal(seat(lost, 'pt_2').presence, 'reconnecting');
  assert.equal(inTheRoom(lost).length, 3);
  const back = fold(lost, event(12, 'connected', { participant: 'pt_2', connection: 'cn_2', device: 'phone' }));
  assert.equal(seat(back, 'pt_2').presence, 'present');
  assert.equal(inTheRoom(back).length, 3);
});

test('a newer tab of the same person says nothing about the person', () => {
  const state = after(event(11, 'disconnected', { participant: 'pt_2', connection: 'cn_1', reason: 'replaced' }));
  assert.equal(seat(state, 'pt_2').presence, 'present');
});

test('who is gone keeps hand and place, who left does not', () => {
  const up = [event(11, 'hand_raised', { participant: 'pt_1' }), event(12, 'hand_raised', { participant: 'pt_2' })];
  const state = after(...up, event(13, 'participant_gone', { participant: 'pt_1' }), event(14, 'participant_left', { participant: 'pt_2' }));
  assert.deepEqual(state.hands, ['pt_1']);
  assert.deepEqual(inTheRoom(state).map((one) => one.participant), ['pt_3']);
});

test('moderators stand first, then the presenter, then raised hands, then by arrival', () => {
  const state = after(
    event(11, 'participant_joined', { participant: 'pt_4', name: 'D', role: 'moderator', badge: '', guest: false }),
    event(12, 'presenter_given', { participant: 'pt_3' }),
    event(13, 'hand_raised', { participant: 'pt_2' }),
  );
  assert.deepEqual(inTheRoom(state).map((one) => one.participant), ['pt_4', 'pt_3', 'pt_2', 'pt_1']);
});

test('a deleted message leaves its place and loses its text', () => {
  const state = after(
    event(11, 'message_sent', { message: 'ms_1', participant: 'pt_1', to: 'everyone', text: 'hello', name: 'pt_1' }),
    event(12, 'message_sent', { message: 'ms_2', participant: null, to: 'everyone', text: 'from the console', name: 'Admin' }),
    event(13, 'message_deleted', { message: 'ms_1' }),
  );
  assert.deepEqual([...state.messages.values()].map((one) => [one.text, one.deleted]), [['', true], ['from the console', false]]);
});

test('three states of a microphone', () => {
  const locked = after(event(11, 'microphones_locked', { locked: true }));
  assert.equal(microphoneState(start, seat(start, 'pt_1')), 'off');
  assert.equal(microphoneState(locked, seat(locked, 'pt_1')), 'not_allowed');
  assert.equal(microphoneState(locked, person('pt_9', { role: 'moderator' })), 'off');
  assert.equal(microphoneState(locked, person('pt_9', { microphone: true })), 'on');
  assert.equal(microphoneState(start, person('pt_9', { microphone_locked: true })), 'not_allowed');
  const presents = fold(locked, event(12, 'presenter_given', { participant: 'pt_1' }));
  assert.equal(microphoneState(presents, seat(presents, 'pt_1')), 'off');
});

test('moderators and the presenter may show a screen', () => {
  const state = after(event(11, 'presenter_given', { participant: 'pt_1' }), event(12, 'role_changed', { participant: 'pt_2', role: 'moderator' }));
  assert.deepEqual(['pt_1', 'pt_2', 'pt_3'].map((id) => mayPresent(state, seat(state, id))), [true, true, false]);
});
