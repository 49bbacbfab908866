/**
 * What a page knows of the room: a snapshot, and events folded into it. Pure; every value is new when it changed and the same when not.
 *
 * @import {Snapshot, RoomEvent, Participant, ChatMessage, RoomFacts} from './messages.js'
 * @import {Showing} from './presenting.js'
 *
 * @typedef {object} RoomState
 * @property {string} session
 * @property {RoomFacts} room
 * @property {number} number Of the last event folded in.
 * @property {'new' | 'open' | 'closed'} phase
 * @property {string | null} openedAt
 * @property {boolean} microphonesLocked
 * @property {string | null} presenter
 * @property {readonly string[]} hands In the order in which they were raised.
 * @property {ReadonlyMap<string, Participant>} participants
 * @property {ReadonlyMap<string, ChatMessage>} messages In the order in which they were sent.
 * @property {import('./presence-store.js').PresenceState} presence
 * @property {import('./recording-store.js').RecordingState} recording
 * @property {Showing | null} presentation What is on the stage besides cameras and screens.
 * @property {import('./tender-store.js').Tender | null} tender Null in a conference.
 */

import { PRESENTING_FOLDS } from './presenting.js';

import { PRESENCE_FOLDS, presenceFrom } from './presence-store.js';
import { RECORDING_FOLDS, recordingFrom } from './recording-store.js';
import { named, TENDER_FOLDS } from './tender-store.js';

/**
 * @param {Snapshot} snapshot
 * @returns {RoomState}
 */
export function stateFrom(snapshot) {
  return {
    session: snapshot.session,
    room: snapshot.room,
    number: snapshot.number,
    phase: snapshot.phase,
    openedAt: snapshot.opened_at,
    microphonesLocked: snapshot.microphones_locked,
    presenter: snapshot.presenter,
    hands: snapshot.hands,
    participants: new Map(snapshot.participants.map((one) => [one.participant, named(one)])),
    messages: new Map(snapshot.messages.map((one) => [one.message, named(one)])),
    presence: presenceFrom(snapshot.presence),
    recording: recordingFrom(snapshot.recording),
    presentation: snapshot.presentation ?? null,
    tender: snapshot.tender ?? null,
  };
}

/** @typedef {(state: RoomState, event: RoomEvent) => RoomState} Fold */

/** @param {Partial<Participant>} change @returns {Fold} */
const seat = (change) => (state, event) => withSeat(state, event.participant, change);

/** @param {(event: RoomEvent) => Partial<Participant>} change @returns {Fold} */
const seatBy = (change) => (state, event) => withSeat(state, event.participant, change(event));

/** @param {Presence} presence @returns {Fold} */
const away = (presence) => (state, event) => ({
  ...withSeat(state, event.participant, { presence, away_at: event.at, microphone: false, camera: false, screen: false }),
  hands: presence === 'gone' ? state.hands : state.hands.filter((id) => id !== event.participant),
});
/** @typedef {import('./messages.js').Presence} Presence */

/** @type {Readonly<Record<string, Fold>>} */
const FOLDS = {
  ...PRESENCE_FOLDS,
  ...RECORDING_FOLDS,
  ...TENDER_FOLDS,
  session_closed: (state) => ({ ...state, phase: 'closed' }),
  participant_joined: joined,
  connected: seatBy((event) => ({ presence: 'present', device: event.device })),
  disconnected,
  participant_gone: away('gone'),
  participant_left: away('left'),
  participant_removed: away('removed'),
  microphone_on: seat({ microphone: true }),
  microphone_off: seat({ microphone: false }),
  camera_on: seat({ camera: true }),
  camera_off: seat({ camera: false }),
  screen_on: seat({ screen: true }),
  screen_off: seat({ screen: false }),
  hand_raised: (state, event) =>
    state.hands.includes(event.participant) ? state : { ...state, hands: [...state.hands, event.participant] },
  hand_lowered: (state, event) => ({ ...state, hands: state.hands.filter((id) => id !== event.participant) }),
  microphones_locked: (state, event) => ({ ...state, microphonesLocked: event.locked }),
  microphone_locked: seatBy((event) => ({ microphone_locked: event.locked })),
  presenter_given: (state, event) => ({ ...state, presenter: event.participant }),
  presenter_taken: (state) => ({ ...state, presenter: null }),
  ...PRESENTING_FOLDS,
  role_changed: seatBy((event) => ({ role: event.role })),
  message_sent: said,
  message_deleted: (state, event) => {
    const old = state.messages.get(event.message);
    if (!old) return state;
    return { ...state, messages: new Map(state.messages).set(event.message, { ...old, text: '', deleted: true }) };
  },
};

/**
 * Fold one event. Unknown and hidden ones only count.
 *
 * @param {RoomState} state
 * @param {RoomEvent} event
 * @returns {RoomState}
 */
export function fold(state, event) {
  const apply = Object.hasOwn(FOLDS, event.type) ? FOLDS[event.type] : undefined;
  return { ...(apply ? apply(state, event) : state), number: event.number };
}

/** @param {RoomState} state @param {string} id @param {Partial<Participant>} change @returns {RoomState} */
function withSeat(state, id, change) {
  const old = state.participants.get(id);
  if (!old) return state;
  return { ...state, participants: new Map(state.participants).set(id, { ...old, ...change }) };
}

/** @type {Fold} */
function joined(state, event) {
  /** @type {Participant} */
  const one = {
    participant: event.participant,
    name: event.name ?? '',
    badge: event.badge ?? '',
    guest: event.guest ?? false,
    firm: event.firm ?? '',
    role: event.role,
    presence: 'present',
    device: 'unknown',
    joined_at: event.at,
    microphone: false,
    camera: false,
    screen: false,
    microphone_locked: false,
  };
  return { ...state, participants: new Map(state.participants).set(one.participant, one) };
}

/** The seat waits; if the person won't come back, another event says so. `replaced`: their newer tab is there. @type {Fold} */
function disconnected(state, event) {
  const here = state.participants.get(event.participant)?.presence === 'present';
  return here && event.reason !== 'replaced' ? withSeat(state, event.participant, { presence: 'reconnecting' }) : state;
}

/** @type {Fold} */
function said(state, event) {
  /** @type {ChatMessage} */
  const message = {
    message: event.message,
    participant: event.participant,
    name: named({ name: event.name ?? '', supplier: event.supplier }).name || state.participants.get(event.participant)?.name || '',
    to: event.to,
    at: event.at,
    text: event.text ?? '',
    deleted: false,
  };
  return { ...state, messages: new Map(state.messages).set(message.message, message) };
}

/** Those who count as being in the room, in the order of the list: moderators, presenter, raised hands, then by arrival. */
/** @param {RoomState} state @returns {Participant[]} */
export function inTheRoom(state) {
  const rank = (/** @type {Participant} */ one) => {
    if (one.role === 'moderator') return 0;
    if (one.participant === state.presenter) return 1;
    const place = state.hands.indexOf(one.participant);
    return place < 0 ? 1e6 : 2 + place;
  };
  return [...state.participants.values()]
    .filter((one) => one.presence === 'present' || one.presence === 'reconnecting')
    .sort((a, b) => rank(a) - rank(b) || a.joined_at.localeCompare(b.joined_at));
}

/**
 * The three states of mission A7.
 *
 * @param {RoomState} state
 * @param {Participant} one
 * @returns {'on' | 'off' | 'not_allowed'}
 */
export function microphoneState(state, one) {
  if (one.microphone) return 'on';
  return mayNotSpeak(state, one) ? 'not_allowed' : 'off';
}

/** @param {RoomState} state @param {Participant} one */
export function mayNotSpeak(state, one) {
  if (one.microphone_locked) return true;
  return state.microphonesLocked && one.role !== 'moderator' && one.participant !== state.presenter;
}

/** @param {RoomState} state @param {Participant} one */
export function mayPresent(state, one) {
  return one.role === 'moderator' || one.participant === state.presenter;
}
