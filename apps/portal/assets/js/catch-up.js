/**
 * What a person missed of a session that goes on: since when, and what the log says of it.
 *
 * @import {RoomEvent} from './messages.js'
 * @import {RoomState} from './store.js'
 *
 * @typedef {{fromMs: number, toMs: number}} Gap On the server's clock, ms since 1970.
 * @typedef {{messages: string[], hands: number, came: number, left: number, shown: string[], pages: number}} Missed
 */

export const LEAST_LOST_MS = 5000; // shorter losses nobody misses anything by
export const LEAST_LATE_MS = 30_000;
export const MOST_EVENTS = 1000; // of more the server sends only how things stand now
const JUST_NOW_MS = 5000;
const GONE = new Set(['disconnected', 'participant_gone', 'participant_left']);

/**
 * Whether somebody whom this page lets in for the first time came late, or was here before on another page.
 *
 * @param {RoomState} state
 * @param {string} me
 * @param {number} nowMs
 * @returns {'new' | 'back'}
 */
export function arrival(state, me, nowMs) {
  const joined = Date.parse(state.participants.get(me)?.joined_at ?? '');
  return Number.isNaN(joined) || nowMs - joined < JUST_NOW_MS ? 'new' : 'back';
}

/**
 * The gap of somebody who was here before: from when they last went, as the log has it. Null if it does not say.
 *
 * @param {readonly RoomEvent[]} events
 * @param {string} me
 * @param {number} toMs
 * @returns {Gap | null}
 */
export function gapOf(events, me, toMs) {
  const went = events.filter((event) => GONE.has(event.type) && event.participant === me && event.reason !== 'replaced').at(-1);
  return went ? { fromMs: Date.parse(went.at), toMs } : null;
}

/** Whether a gap is worth a word. @param {Gap} gap @param {number} leastMs */
export const counts = ({ fromMs, toMs }, leastMs) => toMs - fromMs >= leastMs;

/**
 * What of the past somebody missed, for these eyes.
 *
 * @param {readonly RoomEvent[]} events
 * @param {{fromMs: number} | {number: number}} since When it began, where only the log knows; or the last event that this page had, which no clock has a say in.
 * @param {string} me
 * @returns {Missed}
 */
export function missedOf(events, since, me) {
  const isNew = (/** @type {RoomEvent} */ event) => ('number' in since ? event.number > since.number : Date.parse(event.at) >= since.fromMs);
  const within = events.filter((event) => event.type !== 'hidden' && isNew(event) && event.participant !== me);
  const of = (/** @type {string[]} */ ...types) => within.filter((event) => types.includes(event.type));
  const deleted = new Set(of('message_deleted').map((event) => event.message));
  return {
    messages: of('message_sent').map((event) => event.message).filter((message) => !deleted.has(message)),
    hands: of('hand_raised').length,
    came: of('participant_joined').length,
    left: of('participant_left', 'participant_gone', 'participant_removed').length,
    shown: of('presentation_started').map((event) => event.title || ''),
    pages: of('page_turned').length,
  };
}
