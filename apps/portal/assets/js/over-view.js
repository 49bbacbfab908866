/**
 * After the conference: what happened, and a sensible way on.
 *
 * @import {Ending} from './session.js'
 */

import { byId, h, icon, setText } from './dom.js';
import { t } from './i18n.js';

/** After these the session's log is closed, and there is a receipt of it. */
const RECEIPT = new Set(['ended', 'session_ended']);

export class OverView {
  /** @type {() => void} */
  onreturn = () => {};

  /** @param {Ending} ending */
  show(ending) {
    const { title, text, iconName, back, home } = wordsOf(ending);
    byId('over-icon').replaceChildren(icon(iconName));
    setText(byId('over-title'), title);
    setText(byId('over-text'), text);
    byId('over-actions').replaceChildren(
      ...(back ? [h('button', { type: 'button', class: 'button primary', text: back, onclick: () => this.onreturn() })] : []),
      ...(RECEIPT.has(ending.reason) ? [h('a', { class: 'button', href: `${location.pathname.replace(/\/$/, '')}/receipt`, text: t('Your receipt') })] : []),
      ...(home ? [h('a', { class: 'button', href: wayOn(ending.go), text: t('To the start page') })] : []),
    );
    byId('over-title').focus();
  }
}

/** Where the server says to go; its own room is no way on from a room that has ended. @param {string | null} go */
const wayOn = (go) => (go && go.startsWith('/') && !go.startsWith('/r/') ? go : '/');

/**
 * @param {Ending} ending
 * @returns {{title: string, text: string, iconName: string, back: string, home: boolean}} `back` is empty where there is no way back.
 */
export function wordsOf(ending) {
  switch (ending.reason) {
    case 'ended':
    case 'session_ended':
      return {
        title: t('The conference has ended'), iconName: 'check', back: '', home: true,
        text: ending.by ? t('{name} ended the conference. Thank you for taking part.', { name: ending.by }) : ending.message || t('Thank you for taking part.'),
      };
    case 'removed':
      return { title: t('You were removed'), text: ending.message || t('A moderator removed you from this conference.'), iconName: 'remove', back: '', home: true };
    case 'left':
      return { title: t('You left the conference'), text: t('You can come back while it goes on.'), iconName: 'leave', back: t('Enter again'), home: true };
    case 'elsewhere':
      return {
        title: t('You are here in another window'), iconName: 'people', back: t('Use here'), home: false,
        text: t('The conference goes on in the window that you opened last. Press “Use here” to bring it back to this one.'),
      };
    case 'room_full':
      return { title: t('The room is full'), text: ending.message || t('Please try again when somebody has left.'), iconName: 'people', back: t('Try again'), home: true };
    case 'signed_out':
      return { title: t('You are signed out'), text: ending.message || t('Open the link in your invitation again.'), iconName: 'lock', back: '', home: true };
    default:
      return { title: t('This did not work'), text: ending.message, iconName: 'alert', back: t('Try again'), home: true };
  }
}
