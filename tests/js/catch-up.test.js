import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arrival, counts, gapOf, missedOf } from '../../apps/portal/assets/js/catch-up.js';

const at = (second) => `2026-03-01T09:00:${String(second).padStart(2, '0')}.000Z`;
const ms = (second) => Date.parse(at(second));
const event = (number, second, type, values = {}) => ({ number, at: at(second), type, ...values });

test('somebody who was here before is back, whoever sat down just now is new', () => {
  const state = { participants: new Map([['pt_1', { joined_at: at(10) }]]) };
  assert.equal(arrival(state, 'pt_1', ms(12)), 'new');
  assert.equal(arrival(state, 'pt_1', ms(40)), 'back');
  assert.equal(arrival(state, 'pt_2', ms(40)), 'new');
});

test('the gap of who is back begins when they last went, as the log has it', () => {
  const log = [
    event(3, 5, 'disconnected', { participant: 'pt_1', reason: 'closed' }),
    event(7, 20, 'disconnected', { participant: 'pt_1', reason: 'lost' }),
    event(9, 25, 'disconnected', { participant: 'pt_2', reason: 'closed' }),
    event(11, 30, 'disconnected', { participant: 'pt_1', reason: 'replaced' }),
  ];
  assert.deepEqual(gapOf(log, 'pt_1', ms(50)), { fromMs: ms(20), toMs: ms(50) });
  assert.equal(gapOf(log, 'pt_3', ms(50)), null);
  assert.equal(counts({ fromMs: ms(20), toMs: ms(24) }, 5000), false);
});

const LOG = [
  event(1, 1, 'message_sent', { message: 'ms_0', participant: 'pt_2' }),
  event(2, 12, 'message_sent', { message: 'ms_1', participant: 'pt_2' }),
  event(3, 13, 'message_sent', { message: 'ms_2', participant: 'pt_2' }),
  event(4, 14, 'message_deleted', { message: 'ms_2' }),
  { number: 5, type: 'hidden' },
  event(6, 15, 'hand_raised', { participant: 'pt_2' }),
  event(7, 16, 'presentation_started', { title: 'Piano', participant: 'pt_2' }),
  event(8, 17, 'page_turned', { page: 2 }),
  event(9, 18, 'participant_joined', { participant: 'pt_1' }),
  event(10, 19, 'participant_left', { participant: 'pt_3' }),
];

test('what happened since somebody went, for these eyes', () => {
  const missed = missedOf(LOG, { fromMs: ms(10) }, 'pt_1');
  assert.deepEqual(missed, { messages: ['ms_1'], hands: 1, came: 0, left: 1, shown: ['Piano'], pages: 1 });
});

test('what a page had before its line was lost was not missed, and all after it was, whatever its clock says', () => {
  const missed = missedOf(LOG, { number: 7 }, 'pt_1');
  assert.deepEqual(missed, { messages: [], hands: 0, came: 0, left: 1, shown: [], pages: 1 });
});
