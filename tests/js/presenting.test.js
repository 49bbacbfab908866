import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canStart, filmTime, isOver, pageByKey, pagesToHold, playOrPause, positionAt, prepared } from '../../apps/portal/assets/js/presenting.js';
import { fold, stateFrom } from '../../apps/portal/assets/js/store.js';
import { choose } from '../../apps/portal/assets/js/view.js';
import { event, person, snapshot } from './fakes.js';

const AT = '2026-01-01T10:05:00.000Z';
const AT_MS = Date.parse(AT);
const begin = (fields = {}) => event(11, 'presentation_started', {
  presentation: 'pn_1', kind: 'document', participant: 'pt_1', page: 1, pages: 10, title: 'Report', ...fields,
});
const film = { kind: 'film', pages: 0, duration_s: 60 };
const after = (...events) => events.reduce(fold, stateFrom(snapshot()));

test('a presentation comes, turns, is handed on and goes', () => {
  const turned = after(begin(), event(12, 'page_turned', { presentation: 'pn_1', page: 4 }), event(13, 'presentation_handed', { presentation: 'pn_1', participant: 'pt_2' }));
  assert.equal(turned.presentation.page, 4);
  assert.equal(turned.presentation.title, 'Report');
  assert.equal(turned.presentation.participant, 'pt_2');
  assert.equal(fold(turned, event(14, 'presentation_stopped', { presentation: 'pn_1' })).presentation, null);
});

test('an event about a presentation that is no longer on the stage changes nothing but the number', () => {
  const state = after(begin(), event(12, 'page_turned', { presentation: 'pn_0', page: 4 }));
  assert.equal(state.presentation.page, 1);
  assert.equal(state.number, 12);
});

test('a late comer has it from the snapshot', () => {
  const showing = { presentation: 'pn_1', kind: 'document', title: 'Report', participant: null, page: 3, pages: 10, pages_ready: 10, video: '', duration_s: null, playing: false, position_s: 0, at: AT };
  assert.equal(stateFrom(snapshot({ presentation: showing })).presentation.page, 3);
  assert.equal(stateFrom(snapshot()).presentation, null);
});

test('more pages become ready', () => {
  const state = after(begin());
  const item = { presentation: 'pn_1', kind: 'document', title: 'Report', state: 'converting', pages: 10, pages_ready: 7, duration_s: null };
  assert.equal(prepared(state, item).presentation.pages_ready, 7);
  assert.equal(prepared(state, { ...item, presentation: 'pn_2' }), state);
});

test('a presentation has the stage, unless somebody wants another picture for themselves', () => {
  const state = fold(stateFrom(snapshot({ participants: [person('pt_1'), person('pt_2', { camera: true })] })), begin());
  const ref = { participant: 'pt_2', source: 'camera' };
  const { stage, thumbnails } = choose(state, { me: 'pt_1', pinned: null, speaker: 'pt_2' });
  assert.deepEqual({ stage, thumbnails }, { stage: null, thumbnails: [ref] });
  assert.deepEqual(choose(state, { me: 'pt_1', pinned: ref, speaker: null }).stage, ref);
});

test('a film runs by the server\'s clock from its last event', () => {
  const played = after(begin(film), event(12, 'presentation_played', { presentation: 'pn_1', position_s: 10 })).presentation;
  assert.equal(positionAt(played, AT_MS + 2500), 12.5);
  assert.equal(positionAt(played, AT_MS - 100), 10, 'never before its beginning');
  assert.equal(positionAt(played, AT_MS + 999_000), 60, 'never beyond its end');
  const sought = fold(after(begin(film), event(12, 'presentation_played', { presentation: 'pn_1', position_s: 10 })), event(13, 'presentation_sought', { presentation: 'pn_1', position_s: 40 })).presentation;
  assert.equal(positionAt(sought, AT_MS + 1000), 41, 'a jump goes on playing');
  const paused = fold({ ...stateFrom(snapshot()), presentation: played }, event(13, 'presentation_paused', { presentation: 'pn_1', position_s: 33 })).presentation;
  assert.equal(positionAt(paused, AT_MS + 5000), 33);
});

test('one button plays, pauses and begins anew at the end', () => {
  const still = after(begin(film)).presentation;
  const running = { ...still, playing: true };
  assert.deepEqual(playOrPause(still, AT_MS), { type: 'play' });
  assert.deepEqual(playOrPause(running, AT_MS + 1000), { type: 'pause' });
  assert.equal(isOver(running, AT_MS + 59_900), true);
  assert.deepEqual(playOrPause(running, AT_MS + 61_000), { type: 'play', position_s: 0 });
});

test('keys turn within the pages; the space bar only on the stage', () => {
  const at = { page: 3, pages: 10 };
  assert.deepEqual(['ArrowRight', 'PageDown', 'ArrowLeft', 'PageUp', ' ', 'Home', 'End', 'a'].map((key) => pageByKey(key, at, false)), [4, 4, 2, 2, null, null, null, null]);
  assert.deepEqual([' ', 'Home', 'End'].map((key) => pageByKey(key, at, true)), [4, 1, 10]);
  assert.equal(pageByKey('ArrowRight', { page: 10, pages: 10 }, true), 10);
  assert.equal(pageByKey('ArrowLeft', { page: 1, pages: 10 }, true), 1);
});

test('the next pages are fetched before they are needed, and none that is not ready', () => {
  assert.deepEqual(pagesToHold(3, 10), [3, 4, 5, 2]);
  assert.deepEqual(pagesToHold(1, 1), [1]);
  assert.deepEqual(pagesToHold(3, 3), [3, 2]);
});

test('a document can begin with its first page, a film only whole', () => {
  const item = { kind: 'document', state: 'converting', pages_ready: 1 };
  assert.equal(canStart(item), true);
  assert.equal(canStart({ ...item, pages_ready: 0 }), false);
  assert.equal(canStart({ ...item, state: 'failed' }), false);
  assert.equal(canStart({ ...item, kind: 'film' }), false);
  assert.equal(canStart({ kind: 'film', state: 'ready', pages_ready: 0 }), true);
});

test('times of films', () => {
  assert.deepEqual([0, 9.99, 61, 3723, NaN, Infinity].map(filmTime), ['0:00', '0:09', '1:01', '1:02:03', '0:00', '0:00']);
});
