import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noteOf } from '../../apps/portal/assets/js/present-items.js';
import { refusalOf } from '../../apps/portal/assets/js/upload.js';

const limits = { document_max_bytes: 100_000_000, film_max_bytes: 2_000_000_000 };

test('what can not be taken is told before it is sent', () => {
  assert.equal(refusalOf({ size: 0, type: 'application/pdf' }, limits), 'This file is empty.');
  assert.match(refusalOf({ size: 200_000_000, type: 'application/pdf' }, limits), /100 MB/);
  assert.equal(refusalOf({ size: 200_000_000, type: 'video/mp4' }, limits), '');
  assert.equal(refusalOf({ size: 5, type: '' }, limits), '');
});

test('how far something is, in words', () => {
  const item = { kind: 'document', state: 'waiting', pages: null, pages_ready: 0, duration_s: null, message: '' };
  assert.equal(noteOf(item), 'Waits to be prepared');
  assert.equal(noteOf({ ...item, state: 'converting' }), 'Being prepared…');
  assert.equal(noteOf({ ...item, state: 'converting', pages: 12, pages_ready: 3 }), '3 of 12 pages ready');
  assert.equal(noteOf({ ...item, state: 'ready', pages: 1, pages_ready: 1 }), '1 page');
  assert.equal(noteOf({ ...item, state: 'failed', message: 'It is locked.' }), 'It is locked.');
  assert.equal(noteOf({ ...item, kind: 'film', state: 'ready', duration_s: 65 }), 'Film, 1:05');
});
