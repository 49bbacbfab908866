/**
 * Decides what a page shows: who stands on the stage, whose small pictures are asked for. Pure.
 *
 * @import {TrackRef, Participant} from './messages.js'
 * @import {RoomState} from './store.js'
 *
 * @typedef {object} Choice
 * @property {TrackRef | null} stage
 * @property {TrackRef[]} thumbnails Best first; never one's own. At most as many as there are lines for them.
 * @property {number} pages How many times as many there are.
 * @property {number} page Which of them these are, from 0.
 */

import { inTheRoom } from './store.js';
import { THUMBNAIL_COUNT } from './media.js';

export const SPEAKER_HOLD_MS = 2000; // a cough must not take the stage

/** @param {TrackRef | null} a @param {TrackRef | null} b */
export function sameTrack(a, b) {
  return a === b || (!!a && !!b && a.participant === b.participant && a.source === b.source);
}

/** @param {RoomState} state @param {TrackRef} ref Whether the track can be shown now. */
export function isOn(state, ref) {
  const one = state.participants.get(ref.participant);
  if (!one) return false;
  return ref.source === 'screen' ? one.screen : ref.source === 'camera' && one.camera;
}

/**
 * @param {RoomState} state
 * @param {object} wishes
 * @param {string} wishes.me
 * @param {TrackRef | null} wishes.pinned What this person wants on the stage, while it is on.
 * @param {string | null} wishes.speaker Who holds the floor, from `SpeakerHold`.
 * @param {number} [wishes.page] Which page of small pictures, from 0; one that is not there any more counts as the first.
 * @returns {Choice}
 */
export function choose(state, { me, pinned, speaker, page = 0 }) {
  const others = inTheRoom(state).filter((one) => one.participant !== me);
  const stage = stageOf(state, others, { me, pinned, speaker });
  const small = ordered(state, others.filter((one) => one.camera), speaker)
    .map((one) => /** @type {TrackRef} */ ({ participant: one.participant, source: 'camera' }))
    .filter((ref) => !sameTrack(ref, stage));
  const pages = Math.max(1, Math.ceil(small.length / THUMBNAIL_COUNT));
  const shown = page < pages ? page : 0;
  return { stage, thumbnails: small.slice(shown * THUMBNAIL_COUNT, (shown + 1) * THUMBNAIL_COUNT), pages, page: shown };
}

/**
 * @param {RoomState} state
 * @param {Participant[]} others
 * @param {{me: string, pinned: TrackRef | null, speaker: string | null}} wishes
 * @returns {TrackRef | null}
 */
function stageOf(state, others, { me, pinned, speaker }) {
  if (pinned && isOn(state, pinned)) return pinned;
  if (state.presentation) return null; // it has the stage
  const sharing = others.find((one) => one.screen) ?? [...state.participants.values()].find((one) => one.screen);
  if (sharing) return { participant: sharing.participant, source: 'screen' };
  const cameras = others.filter((one) => one.camera);
  const authority = state.tender ? cameras.find((one) => one.role === 'moderator') : undefined; // its session: it has the centre (mission C4)
  const first =
    authority ??
    cameras.find((one) => one.participant === speaker) ??
    cameras.find((one) => one.participant === state.presenter) ??
    cameras[0];
  if (first) return { participant: first.participant, source: 'camera' };
  return state.participants.get(me)?.camera ? { participant: me, source: 'camera' } : null;
}

/** Presenter, then the speaker, then the list's own order. */
/** @param {RoomState} state @param {Participant[]} cameras @param {string | null} speaker */
function ordered(state, cameras, speaker) {
  const rank = (/** @type {Participant} */ one) =>
    one.participant === state.presenter ? 0 : one.participant === speaker ? 1 : 2;
  return cameras.map((one, place) => ({ one, place })).sort((a, b) => rank(a.one) - rank(b.one) || a.place - b.place).map(({ one }) => one);
}

/** Keeps the stage with a speaker until another one has been the loudest for a while. */
export class SpeakerHold {
  /** @type {string | null} */
  speaker = null;
  /** @type {string | null} */
  #candidate = null;
  #sinceMs = 0;

  /**
   * @param {readonly string[]} speakers Loudest first.
   * @param {string} me One's own voice never moves one's own stage.
   * @param {number} nowMs
   * @returns {boolean} Whether `speaker` changed; call again after SPEAKER_HOLD_MS when it did not.
   */
  hear(speakers, me, nowMs) {
    const loudest = speakers.find((one) => one !== me) ?? null;
    if (loudest !== this.#candidate) {
      this.#candidate = loudest;
      this.#sinceMs = nowMs;
    }
    if (loudest === null || loudest === this.speaker) return false;
    if (this.speaker !== null && nowMs - this.#sinceMs < SPEAKER_HOLD_MS) return false;
    this.speaker = loudest;
    return true;
  }
}
