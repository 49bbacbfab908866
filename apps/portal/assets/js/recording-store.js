/**
 * What a page knows of the recording. Pure; registered in `store.js`.
 *
 * @import {RoomState} from './store.js'
 * @import {RoomEvent} from './messages.js'
 *
 * @typedef {'all' | 'voice' | 'none'} Consent
 * @typedef {{source: 'microphone' | 'camera' | 'screen', on: boolean}} Light
 * @typedef {'stage' | 'stage_and_cameras' | 'presentation' | 'sound'} Takes
 *
 * @typedef {object} RecordingState
 * @property {boolean} tape The tape writes: what is said now is kept.
 * @property {string} reason Why it does not, where it should.
 * @property {{recording: string, name: string, takes: Takes, at: string} | null} running The fragment that is recorded.
 * @property {Readonly<Record<string, Consent>>} consents One's own; for moderators everybody's.
 */

/** @type {readonly Light['source'][]} */
const LIT = ['microphone', 'camera', 'screen'];

/** @type {RecordingState} */
export const NO_RECORDING = { tape: false, reason: '', running: null, consents: {} };

/** @param {Partial<RecordingState> | undefined} recording @returns {RecordingState} */
export function recordingFrom(recording) {
  return { ...NO_RECORDING, ...recording };
}

/** @param {RoomState} state @param {Partial<RecordingState>} change @returns {RoomState} */
const withRecording = (state, change) => ({ ...state, recording: { ...state.recording, ...change } });

/** @type {Readonly<Record<string, (state: RoomState, event: RoomEvent) => RoomState>>} */
export const RECORDING_FOLDS = {
  recording_started: (state, event) =>
    withRecording(state, { running: { recording: event.recording, name: event.name, takes: event.takes, at: event.at } }),
  recording_stopped: (state) => withRecording(state, { running: null }),
  tape_running: (state, event) => withRecording(state, { tape: event.running, reason: event.reason }),
  consent_set: (state, event) =>
    withRecording(state, { consents: { ...state.recording.consents, [event.participant]: event.choice } }),
};

/**
 * Whether each of a person's sources that are on reaches the tape; those of which nothing is known are left out.
 *
 * @param {RoomState} state
 * @param {string} id
 * @param {Readonly<Record<string, Readonly<Record<string, boolean>>>>} lights
 * @returns {Light[]}
 */
export function lightsOf(state, id, lights) {
  const one = state.participants.get(id);
  if (!state.room.record || !one) return [];
  return LIT.filter((source) => one[source] && lights[id] && Object.hasOwn(lights[id], source)).map((source) => ({ source, on: lights[id]?.[source] === true }));
}

/**
 * Sources that their owner lets be recorded, that are on, and that do not reach the tape.
 *
 * @param {RoomState} state
 * @param {Readonly<Record<string, Readonly<Record<string, boolean>>>>} lights
 * @returns {string[]} Participants.
 */
export function unheard(state, lights) {
  return [...state.participants.values()]
    .filter((one) => one.microphone && lights[one.participant]?.microphone === false)
    .filter((one) => (state.recording.consents[one.participant] ?? 'none') !== 'none')
    .map((one) => one.participant);
}
