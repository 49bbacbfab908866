/**
 * Around the list of people: what moderators can do for all, and what they can do with one.
 *
 * @import {Session} from './session.js'
 * @import {Controls} from './controls.js'
 * @import {Participant} from './messages.js'
 */

import { byId } from './dom.js';
import { setButton, RosterView } from './roster-view.js';
import { openMenu } from './menu.js';
import { personItems } from './person-menu.js';
import { confirmed } from './confirm.js';
import { t } from './i18n.js';

export class PeoplePanel {
  /** @type {(one: Participant) => void} */
  onwrite = () => {};

  /** @param {Session} session @param {Controls} controls */
  constructor(session, controls) {
    this.session = session;
    this.controls = controls;
    this.roster = new RosterView(session, (anchor, one) => this.#openMenu(anchor, one));
    this.lock = byId('lock-all');
    this.lower = byId('lower-all');
    this.lock.addEventListener('click', () => void controls.ask({ type: 'lock_microphones', locked: !session.state?.microphonesLocked }));
    this.lower.addEventListener('click', () => void controls.ask({ type: 'lower_all_hands' }));
    byId('end-all').addEventListener('click', () => void this.#endForAll());
  }

  update() {
    const { state, self } = this.session;
    if (!state) return;
    this.roster.update();
    byId('people-tools').hidden = self?.role !== 'moderator';
    const locked = state.microphonesLocked;
    this.lock.setAttribute('aria-pressed', String(locked));
    setButton(this.lock, locked ? 'unlock' : 'lock', locked ? t('Unlock microphones') : t('Lock microphones'));
    this.lower.toggleAttribute('disabled', state.hands.length === 0);
  }

  /** @param {HTMLElement} anchor @param {Participant} one */
  #openMenu(anchor, one) {
    const { state, me } = this.session;
    if (!state) return;
    const items = personItems(state, one, me, {
      ask: (command) => void this.controls.ask(command),
      writeTo: (person) => this.onwrite(person),
      remove: (person) => void this.#remove(person),
    });
    openMenu(anchor, t('Actions for {name}', { name: one.name }), items);
  }

  /** @param {Participant} one */
  async #remove(one) {
    const name = [one.name, one.badge].filter(Boolean).join(' ');
    const sure = await confirmed({
      title: t('Remove {name}?', { name }),
      text: t('They leave at once and cannot come back to this conference with their link.'),
      yes: t('Remove'),
    });
    if (sure) await this.controls.ask({ type: 'remove_participant', participant: one.participant });
  }

  async #endForAll() {
    const sure = await confirmed({
      title: t('End the conference for all?'),
      text: t('Everybody is taken out and sees that {name} ended it. To leave alone, use “Disconnect” in the menu at the upper right.', { name: this.session.self?.name ?? '' }),
      yes: t('End for all'),
    });
    if (sure) await this.controls.ask({ type: 'close_session' });
  }
}
