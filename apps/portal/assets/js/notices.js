/**
 * What a person is told of an event, in a sentence. Pure.
 *
 * @import {RoomEvent} from './messages.js'
 * @import {RoomState} from './store.js'
 *
 * @typedef {{text: string, kind: 'info' | 'warning' | 'success', urgent?: boolean, action?: 'check_devices'}} Notice
 */

import { t } from './i18n.js';

const RELOAD_MS = 30_000; // who is back within that only loaded the page again, or changed the network
const MANY_PEOPLE = 20; // beyond that, coming and going is not told any more

/**
 * @param {RoomEvent} event
 * @param {RoomState} before
 * @param {RoomState} after
 * @param {string} me
 * @returns {Notice | null}
 */
export function noticeOf(event, before, after, me) {
  return event.participant === me ? aboutMe(event, before) : aboutOthers(event, before, after, me);
}

/** @param {RoomEvent} event @param {RoomState} before @returns {Notice | null} */
function aboutMe(event, before) {
  const byOther = event.reason === 'moderator'; // a lock tells itself
  switch (event.type) {
    case 'microphone_off':
      return byOther ? { text: t('A moderator switched your microphone off.'), kind: 'warning', urgent: true } : null;
    case 'camera_off':
      return byOther ? { text: t('A moderator switched your camera off.'), kind: 'warning', urgent: true } : null;
    case 'screen_off':
      return event.reason === 'self' ? null : { text: t('Your screen is no longer shown.'), kind: 'warning', urgent: true };
    case 'microphone_locked':
      return event.locked
        ? { text: t('A moderator locked your microphone.'), kind: 'warning', urgent: true }
        : { text: t('You may switch your microphone on again.'), kind: 'success', urgent: true };
    case 'presenter_given':
      return { text: t('You are the presenter now. Please check your microphone and camera.'), kind: 'success', urgent: true, action: 'check_devices' };
    case 'presenter_taken':
      return { text: t('You are no longer the presenter.'), kind: 'info', urgent: true };
    case 'role_changed':
      return event.role === 'moderator'
        ? { text: t('You are a moderator now.'), kind: 'success', urgent: true }
        : { text: t('You are no longer a moderator.'), kind: 'info', urgent: true };
    case 'hand_lowered':
      return !before.tender && before.hands.includes(event.participant) && !event.actor.endsWith(`:${event.participant}`)
        ? { text: t('A moderator lowered your hand.'), kind: 'info' }
        : null;
    default:
      return null;
  }
}

/** @param {RoomEvent} event @param {RoomState} before @param {RoomState} after @param {string} me @returns {Notice | null} */
function aboutOthers(event, before, after, me) {
  const name = after.participants.get(event.participant)?.name ?? '';
  switch (event.type) {
    case 'microphones_locked': return microphonesLocked(event, after, me);
    case 'connected':
      return cameBack(event, before) && after.participants.size <= MANY_PEOPLE ? { text: t('{name} is here.', { name }), kind: 'info' } : null;
    case 'participant_joined':
      return after.participants.size <= MANY_PEOPLE ? { text: t('{name} is here.', { name }), kind: 'info' } : null;
    case 'participant_left':
      return after.participants.size <= MANY_PEOPLE ? { text: t('{name} left.', { name }), kind: 'info' } : null;
    case 'participant_removed': return { text: t('{name} was removed.', { name }), kind: 'info' };
    case 'presenter_given': return { text: t('{name} is the presenter now.', { name }), kind: 'info' };
    case 'presentation_stopped': {
      const mine = before.presentation?.participant === me && event.reason === 'moderator';
      return mine ? { text: t('A moderator took your presentation off the stage.'), kind: 'warning', urgent: true } : null;
    }
    case 'hand_raised': {
      const isModerator = after.participants.get(me)?.role === 'moderator';
      return isModerator ? { text: t('{name} raised a hand.', { name }), kind: 'info' } : null;
    }
    default: return null;
  }
}

/** Whether somebody is here again who was away for some time. @param {RoomEvent} event @param {RoomState} before */
function cameBack(event, before) {
  const was = before.participants.get(event.participant);
  if (!was || was.presence === 'present' || was.presence === 'reconnecting') return false;
  return was.presence === 'left' || Date.parse(event.at) - Date.parse(was.away_at ?? '') > RELOAD_MS;
}

/** @param {RoomEvent} event @param {RoomState} state @param {string} me @returns {Notice | null} */
function microphonesLocked(event, state, me) {
  const self = state.participants.get(me);
  if (!self || self.role === 'moderator' || state.presenter === me) return null;
  return event.locked
    ? { text: t('The microphones are locked. Raise your hand to ask for the floor.'), kind: 'warning', urgent: true }
    : { text: t('You may switch your microphone on again.'), kind: 'success', urgent: true };
}
