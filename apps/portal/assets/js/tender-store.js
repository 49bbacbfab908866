/**
 * What a page knows of a tender's session beyond a conference: floor, queue, reserved part, statements. The server says it whole, as these eyes may see it.
 *
 * @import {Participant} from './messages.js'
 * @import {RoomState, Fold} from './store.js'
 *
 * @typedef {{participant: string, name: string, firm: string, supplier: number | null, since: string, until: string | null, limit_s: number | null}} Floor
 * @typedef {{name: string, sha256: string, bytes: number}} StatementDocument
 * @typedef {{statement: string, participant: string, name: string, firm: string, at: string, text: string, document: StatementDocument | null,
 *   answer: 'noted' | 'accepted' | 'declined' | null, reason: string, answered_at: string | null}} Statement
 * @typedef {{participant: string, firm: string, firm_turns: number, firm_used_ms: number}} Hand
 * @typedef {object} Tender What is not for these eyes is missing.
 * @property {boolean} apart A reserved part goes on without this person.
 * @property {{since: string, resumes_at: string | null, reason: string} | null} reserved
 * @property {Statement[]} statements
 * @property {'arrival' | 'organisation' | 'lot'} [policy]
 * @property {number | null} [limit_s]
 * @property {boolean} [suppliers_shown]
 * @property {number} [suppliers] How many are there.
 * @property {Floor | null} [floor]
 * @property {number} [waiting]
 * @property {number | null} [place] One's own in the queue.
 * @property {boolean} [refused] One's last request was.
 * @property {Hand[]} [queue]
 * @property {boolean} [can_draw]
 * @property {string[]} [inside] Who was let into the reserved part that lasts.
 */

import { t } from './i18n.js';

/** How a supplier is called whose name is not for these eyes. @param {number | null | undefined} number */
export const supplierName = (number) => t('Supplier {number}', { number: number ?? '?' });

/** @template {{name: string, supplier?: number | null}} Named @param {Named} one @returns {Named} */
export const named = (one) => (one.name === '' && one.supplier ? { ...one, name: supplierName(one.supplier) } : one);

/** @type {Readonly<Record<string, Fold>>} */
export const TENDER_FOLDS = { floor_granted: entered, floor_ended: went };

/** Whoever has the floor is seen and heard, also where the list of people does not show them. @type {Fold} */
function entered(state, event) {
  if (state.participants.has(event.participant)) return state;
  /** @type {Participant} */
  const one = named({
    participant: event.participant, name: '', badge: '', guest: false, role: 'supplier', presence: 'present', device: 'unknown',
    joined_at: event.at, microphone: false, camera: false, screen: false, microphone_locked: false, supplier: event.supplier ?? null, nameless: true,
  });
  return { ...state, participants: new Map(state.participants).set(one.participant, one) };
}

/** @type {Fold} */
function went(state, event) {
  if (!state.participants.get(event.participant)?.nameless) return state;
  const participants = new Map(state.participants);
  participants.delete(event.participant);
  return { ...state, participants };
}

/** Whether this person has the floor. @param {RoomState | null} state @param {string} me */
export const hasFloor = (state, me) => state?.tender?.floor?.participant === me;

/**
 * A raised hand's place, from 1; 0 for none. In a tender the server orders the queue, and suppliers know only their own place.
 *
 * @param {RoomState} state
 * @param {string} id
 * @param {string} me
 * @param {number} place By arrival.
 */
export function handPlace({ tender }, id, me, place) {
  if (!tender || place === 0) return place;
  const order = (tender.queue ?? []).findIndex((hand) => hand.participant === id) + 1;
  return order || (id === me && tender.place) || place;
}

/** Seconds of the floor that are left, or null without a limit. @param {Floor} floor @param {number} nowMs On the server's clock. */
export function leftS(floor, nowMs) {
  return floor.until === null ? null : Math.max(0, Math.ceil((Date.parse(floor.until) - nowMs) / 1000));
}

/** `m:ss`. @param {number} seconds */
export function minutes(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}

/**
 * The state of one's own request, in a sentence.
 *
 * @param {Tender} tender
 * @param {string} me
 */
export function requestSentence(tender, me) {
  const { floor } = tender;
  if (floor?.participant === me) return t('You have the floor.');
  const speaks = floor ? t('{name} has the floor.', { name: floor.name || supplierName(floor.supplier) }) : '';
  if (tender.place) {
    const asked = tender.place === 1 ? t('You asked for the floor: you are the next.') : t('You asked for the floor: you are number {place}.', { place: tender.place });
    return `${asked} ${speaks}`.trim();
  }
  if (tender.refused) return `${t('The authority did not give you the floor this time.')} ${speaks}`.trim();
  return speaks || t('You follow as a viewer. Nobody sees or hears you.');
}
