/**
 * What a moderator can do with one person (mission A12), as items of a menu.
 *
 * @import {Participant, Command} from './messages.js'
 * @import {RoomState} from './store.js'
 * @import {Item} from './menu.js'
 */

import { t } from './i18n.js';

/**
 * @param {RoomState} state
 * @param {Participant} one
 * @param {string} me
 * @param {object} deeds
 * @param {(command: Command) => void} deeds.ask
 * @param {(one: Participant) => void} deeds.writeTo
 * @param {(one: Participant) => void} deeds.remove Asks again first.
 * @returns {Item[]}
 */
export function personItems(state, one, me, { ask, writeTo, remove }) {
  const participant = one.participant;
  const mine = participant === me;
  const presents = state.presenter === participant;
  const leads = one.role === 'moderator';
  const person = one.role !== 'encoder';
  /** @type {(Item | false)[]} */
  const items = [
    one.microphone && !mine && { label: t('Switch microphone off'), icon: 'mic-off', run: () => ask({ type: 'mute_microphone', participant }) },
    person && !mine && (one.microphone_locked
      ? { label: t('Unlock microphone'), icon: 'unlock', run: () => ask({ type: 'lock_microphone', participant, locked: false }) }
      : { label: t('Lock microphone'), icon: 'lock', run: () => ask({ type: 'lock_microphone', participant, locked: true }) }),
    one.camera && !mine && { label: t('Stop camera'), icon: 'camera-off', run: () => ask({ type: 'stop_camera', participant }) },
    one.screen && !mine && { label: t('Stop screen'), icon: 'screen', run: () => ask({ type: 'stop_screen', participant }) },
    state.hands.includes(participant) && { label: t('Lower hand'), icon: 'hand', run: () => ask({ type: 'lower_hand', participant }) },
    person && (presents
      ? { label: t('Take the presenter role'), icon: 'present', run: () => ask({ type: 'take_presenter' }) }
      : { label: t('Make presenter'), icon: 'present', run: () => ask({ type: 'give_presenter', participant }) }),
    person && !mine && { label: t('Write privately'), icon: 'private', run: () => writeTo(one) },
    person && !mine && (leads
      ? { label: t('Take the moderator role'), icon: 'shield', run: () => ask({ type: 'set_role', participant, role: 'participant' }) }
      : { label: t('Make moderator'), icon: 'shield', run: () => ask({ type: 'set_role', participant, role: 'moderator' }) }),
    !mine && { label: t('Remove…'), icon: 'remove', danger: true, group: '', run: () => remove(one) },
  ];
  return items.filter((item) => item !== false);
}
