import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stateFrom } from '../../apps/portal/assets/js/store.js';
import { choose, SpeakerHold } from '../../apps/portal/assets/js/view.js';
import { person, snapshot } from './fakes.js';

const camera = (participant) => ({ participant, source: 'camera' });
const screen = (participant) => ({ participant, source: 'screen' });
const room = (participants, change = {}) => stateFrom(snapshot({ participants, ...change }));
const on = (id, change = {}) => person(id, { camera: true, ...change });
const nothing = { me: 'pt_1', pinned: null, speaker: null };
const chosen = (state, wishes) => {
  const { stage, thumbnails } = choose(state, wishes);
  return { stage, thumbnails };
};

test('more cameras than there are lines come in pages', () => {
  const state = room([on('pt_1'), ...Array.from({ length: 20 }, (_, index) => on(`pt_${index + 2}`))]);
  const pages = [0, 1, 2].map((page) => choose(state, { ...nothing, page }));
  assert.deepEqual(pages.map((one) => one.thumbnails.length), [8, 8, 3]); // one is on the stage
  assert.equal(new Set(pages.flatMap((one) => one.thumbnails.map((ref) => ref.participant))).size, 19);
  assert.deepEqual(pages.map((one) => [one.page, one.pages]), [[0, 3], [1, 3], [2, 3]]);
  assert.equal(choose(state, { ...nothing, page: 3 }).page, 0);
});

test('a shared screen takes the stage, and its owner stays as a small picture', () => {
  const state = room([on('pt_1'), on('pt_2', { screen: true }), on('pt_3')]);
  assert.deepEqual(chosen(state, nothing), { stage: screen('pt_2'), thumbnails: [camera('pt_2'), camera('pt_3')] });
});

test('without a screen the speaker is on the stage', () => {
  const state = room([on('pt_1'), on('pt_2'), on('pt_3')]);
  assert.deepEqual(chosen(state, { ...nothing, speaker: 'pt_3' }), { stage: camera('pt_3'), thumbnails: [camera('pt_2')] });
});

test('a speaker without a camera leaves the presenter on the stage', () => {
  const state = room([on('pt_1'), person('pt_2'), on('pt_3'), on('pt_4')], { presenter: 'pt_4' });
  assert.deepEqual(choose(state, { ...nothing, speaker: 'pt_2' }).stage, camera('pt_4'));
});

test('what I pinned stays while it is on', () => {
  const people = [on('pt_1'), on('pt_2', { screen: true }), on('pt_3')];
  assert.deepEqual(choose(room(people), { ...nothing, pinned: camera('pt_3') }).stage, camera('pt_3'));
  const off = room([people[0], people[1], person('pt_3')]);
  assert.deepEqual(choose(off, { ...nothing, pinned: camera('pt_3') }).stage, screen('pt_2'));
});

test('my own camera is asked for from nobody; alone I see myself', () => {
  assert.deepEqual(chosen(room([on('pt_1')]), nothing), { stage: camera('pt_1'), thumbnails: [] });
  assert.deepEqual(chosen(room([on('pt_1'), on('pt_2')]), nothing), { stage: camera('pt_2'), thumbnails: [] });
  assert.deepEqual(chosen(room([person('pt_1'), person('pt_2')]), nothing), { stage: null, thumbnails: [] });
});

test('at most eight small pictures are asked for, and nobody who is gone', () => {
  const many = Array.from({ length: 12 }, (_, at) => on(`pt_${at + 1}`, { joined_at: `2026-01-01T10:00:${10 + at}.000Z` }));
  many[2].presence = 'gone';
  const { stage, thumbnails } = choose(room(many), nothing);
  assert.deepEqual(stage, camera('pt_2'));
  assert.equal(thumbnails.length, 8);
  assert.deepEqual(thumbnails[0], camera('pt_4'));
});

test('the stage stays with a speaker until another was the loudest for two seconds', () => {
  const hold = new SpeakerHold();
  assert.equal(hold.hear(['pt_2'], 'pt_1', 0), true, 'the first one at once');
  assert.equal(hold.hear(['pt_3', 'pt_2'], 'pt_1', 1000), false);
  assert.equal(hold.hear(['pt_2'], 'pt_1', 1500), false, 'a cough');
  assert.equal(hold.hear(['pt_3'], 'pt_1', 2000), false);
  assert.equal(hold.hear(['pt_3'], 'pt_1', 4000), true);
  assert.equal(hold.speaker, 'pt_3');
});

test('silence and my own voice change nothing', () => {
  const hold = new SpeakerHold();
  hold.hear(['pt_2'], 'pt_1', 0);
  for (const nowMs of [1000, 5000, 9000]) {
    assert.equal(hold.hear(['pt_1'], 'pt_1', nowMs), false);
    assert.equal(hold.hear([], 'pt_1', nowMs), false);
  }
  assert.equal(hold.speaker, 'pt_2');
});
