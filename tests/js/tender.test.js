import assert from 'node:assert/strict';
import { test } from 'node:test';
import { choose } from '../../apps/portal/assets/js/view.js';
import { fold, stateFrom } from '../../apps/portal/assets/js/store.js';
import { handPlace, hasFloor, leftS, minutes, requestSentence } from '../../apps/portal/assets/js/tender-store.js';

const floor = { participant: 'pt_b', name: '', firm: '', supplier: 2, since: '2026-03-01T09:00:00Z', until: '2026-03-01T09:02:00Z', limit_s: 120 };
const tender = { apart: false, reserved: null, statements: [], suppliers: 2, floor: null, waiting: 0, place: null, refused: false };
const seat = (participant, values = {}) => ({
  participant, name: participant, badge: '', guest: false, role: 'supplier', presence: 'present', device: 'desktop', joined_at: '2026-03-01T09:00:00Z',
  microphone: false, camera: false, screen: false, microphone_locked: false, ...values,
});
const snapshot = (participants, more = {}) => ({
  session: 'se_1', room: {}, number: 10, phase: 'open', opened_at: null, microphones_locked: false, presenter: null, hands: [], participants, messages: [], tender, ...more,
});

test('the state of a request is one sentence', () => {
  assert.equal(requestSentence(tender, 'pt_a'), 'You follow as a viewer. Nobody sees or hears you.');
  assert.equal(requestSentence({ ...tender, place: 1 }, 'pt_a'), 'You asked for the floor: you are the next.');
  assert.equal(requestSentence({ ...tender, place: 3, floor }, 'pt_a'), 'You asked for the floor: you are number 3. Supplier 2 has the floor.');
  assert.equal(requestSentence({ ...tender, refused: true }, 'pt_a'), 'The authority did not give you the floor this time.');
  assert.equal(requestSentence({ ...tender, floor }, 'pt_b'), 'You have the floor.');
});

test('the countdown runs by the server and stops at nothing', () => {
  assert.equal(leftS(floor, Date.parse('2026-03-01T09:00:30Z')), 90);
  assert.equal(leftS(floor, Date.parse('2026-03-01T09:05:00Z')), 0);
  assert.equal(leftS({ ...floor, until: null }, 0), null);
  assert.deepEqual([0, 9, 90, 600].map(minutes), ['0:00', '0:09', '1:30', '10:00']);
});

test('whoever has the floor is seen, also under a number, and only as long', () => {
  let state = stateFrom(snapshot([seat('pt_a')], { tender: { ...tender, floor } }));
  state = fold(state, { number: 11, type: 'floor_granted', participant: 'pt_b', supplier: 2, at: '2026-03-01T09:00:00Z' });
  state = fold(state, { number: 12, type: 'camera_on', participant: 'pt_b' });
  assert.deepEqual([state.participants.get('pt_b').name, state.participants.get('pt_b').camera], ['Supplier 2', true]);
  state = fold(state, { number: 13, type: 'floor_ended', participant: 'pt_b' });
  assert.equal(state.participants.has('pt_b'), false);
  assert.equal(hasFloor(state, 'pt_a'), false);
});

test('somebody whose name is known stays when the floor ends', () => {
  let state = stateFrom(snapshot([seat('pt_a'), seat('pt_b', { name: 'Beppe' })]));
  state = fold(state, { number: 11, type: 'floor_granted', participant: 'pt_b', at: '' });
  state = fold(state, { number: 12, type: 'floor_ended', participant: 'pt_b' });
  assert.equal(state.participants.get('pt_b').name, 'Beppe');
});

test('messages of suppliers without a name carry their number', () => {
  let state = stateFrom(snapshot([], { messages: [{ message: 'ms_1', participant: null, name: '', supplier: 3, to: 'everyone', at: '', text: 'x', deleted: false }] }));
  state = fold(state, { number: 11, type: 'message_sent', message: 'ms_2', participant: null, name: '', supplier: 2, to: 'everyone', at: '', text: 'y' });
  assert.deepEqual([...state.messages.values()].map((one) => one.name), ['Supplier 3', 'Supplier 2']);
});

test('the authority has the centre, whoever speaks', () => {
  const people = [seat('pt_chair', { role: 'moderator', camera: true }), seat('pt_b', { camera: true, microphone: true }), seat('pt_a')];
  const wishes = { me: 'pt_a', pinned: null, speaker: 'pt_b' };
  const chosen = choose(stateFrom(snapshot(people)), wishes);
  assert.deepEqual([chosen.stage.participant, chosen.thumbnails.map((one) => one.participant)], ['pt_chair', ['pt_b']]);
  assert.equal(choose(stateFrom(snapshot(people, { tender: null })), wishes).stage.participant, 'pt_b');
});

test('a place in the queue is the one that the server says', () => {
  const queue = [{ participant: 'pt_b' }, { participant: 'pt_a' }];
  assert.deepEqual(['pt_a', 'pt_b'].map((id) => handPlace({ tender: { ...tender, queue } }, id, 'pt_chair', 1)), [2, 1]);
  assert.equal(handPlace({ tender: { ...tender, place: 4 } }, 'pt_a', 'pt_a', 1), 4);
  assert.equal(handPlace({ tender: null }, 'pt_a', 'pt_a', 3), 3);
});
