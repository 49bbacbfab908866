/**
 * What a page knows of presence checks. Pure; registered in `store.js`.
 *
 * @import {RoomState} from './store.js'
 * @import {RoomEvent} from './messages.js'
 *
 * @typedef {object} PresenceState
 * @property {number | null} meanMin How often people are asked, on average; null: they are not.
 * @property {{check: number, until: string} | null} asked The check that runs.
 * @property {readonly string[]} decided Whose answer (or silence) to it is known; of others only moderators are told.
 */

/** @type {PresenceState} */
export const NO_PRESENCE = { meanMin: null, asked: null, decided: [] };

/** @param {{checks: {mean_min: number} | null, asked: {check: number, until: string} | null} | undefined} presence @returns {PresenceState} */
export function presenceFrom(presence) {
  return { meanMin: presence?.checks?.mean_min ?? null, asked: presence?.asked ?? null, decided: [] };
}

/** @param {RoomState} state @param {Partial<PresenceState>} change @returns {RoomState} */
const withPresence = (state, change) => ({ ...state, presence: { ...state.presence, ...change } });

/** @type {Readonly<Record<string, (state: RoomState, event: RoomEvent) => RoomState>>} */
export const PRESENCE_FOLDS = {
  presence_checks_on: (state, event) => withPresence(state, { meanMin: Math.round(event.mean_s / 60) }),
  presence_checks_off: (state) => withPresence(state, { meanMin: null, asked: null }),
  presence_check_asked: (state, event) =>
    withPresence(state, {
      asked: { check: event.check, until: new Date(Date.parse(event.at) + event.answer_s * 1000).toISOString() },
      decided: [],
    }),
  presence_checked: (state, event) =>
    event.check === state.presence.asked?.check ? withPresence(state, { decided: [...state.presence.decided, event.participant] }) : state,
};

/**
 * The check that waits for this person; moderators and the presenter are not asked, as in `apps/live/evolve_presence.py`.
 *
 * @param {RoomState} state
 * @param {string} me
 * @returns {{check: number, until: string} | null}
 */
export function askedOf(state, me) {
  const self = state.participants.get(me);
  if (!state.presence.asked || !self || self.role === 'moderator' || state.presenter === me) return null;
  return state.presence.decided.includes(me) ? null : state.presence.asked;
}
