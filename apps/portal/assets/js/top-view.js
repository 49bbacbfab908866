/**
 * The line at the top of the conference: title, time, notices, and the menu behind the three dots.
 *
 * @import {Session} from './session.js'
 * @import {Theme} from './theme.js'
 * @import {Item} from './menu.js'
 */

import { byId, setText } from './dom.js';
import { toggleFullScreen } from './full-screen.js';
import { openMenu } from './menu.js';
import { elapsed } from './times.js';
import { setTheme, theme } from './theme.js';
import { language, t } from './i18n.js';

export class TopView {
  /** @type {() => void} */
  onsettings = () => {};
  /** @type {() => void} */
  ondisconnect = () => {};
  /** @type {() => void} */
  ongiveup = () => {};

  /** @param {Session} session @param {Readonly<Record<string, string>>} languages */
  constructor(session, languages) {
    this.session = session;
    this.languages = languages;
    const button = byId('menu-button');
    button.addEventListener('click', () => openMenu(button, t('Menu'), this.#items()));
    setInterval(() => this.#drawElapsed(), 1000);
  }

  update() {
    const { state } = this.session;
    const title = state?.room.title;
    if (title) setText(byId('room-title'), title);
    this.#drawBanner();
    this.#drawElapsed();
  }

  #drawElapsed() {
    const openedAt = this.session.state?.openedAt;
    setText(byId('elapsed'), openedAt ? elapsed((Date.now() - Date.parse(openedAt)) / 1000) : '');
  }

  #drawBanner() {
    const banner = byId('banner');
    const { phase, media } = this.session;
    const noMedia = phase === 'inside' && ['disconnected', 'failed'].includes(media.state);
    const text = phase === 'reconnecting'
      ? t('The connection is lost. Reconnecting… Your place is kept.')
      : media.blocked ? t('This network lets no sound and picture through. Chat, presentations and the list of people work. Still trying…')
      : noMedia ? t('Sound and picture are interrupted. Reconnecting…') : '';
    setText(byId('banner-text'), text);
    banner.hidden = text === '';
  }

  /** @returns {Item[]} */
  #items() {
    const inside = this.session.phase === 'inside' || this.session.phase === 'reconnecting';
    /** @type {[Theme, string][]} */
    const themes = [['light', t('Light')], ['dark', t('Dark')], ['system', t('As the system')]];
    /** @type {(Item | false)[]} */
    const items = [
      inside && document.fullscreenEnabled && { label: t('Full screen'), icon: 'full-screen', run: () => void toggleFullScreen() },
      inside && this.session.state?.room.record === true && { label: t('Change what of you is recorded'), icon: 'record', run: () => byId('consent-open').click() },
      inside && this.session.state?.presenter === this.session.me && { label: t('Give up the presenter role'), icon: 'present', run: () => this.ongiveup() },
      inside && { label: t('Settings'), icon: 'settings', run: () => this.onsettings() },
      ...themes.map(([value, label], place) => ({
        label, checked: theme() === value, group: place ? undefined : t('Appearance'), run: () => setTheme(value),
      })),
      ...Object.entries(this.languages).map(([code, label], place) => ({
        label, checked: code === language(), group: place ? undefined : t('Language'), run: () => chooseLanguage(code),
      })),
      (inside || this.session.phase === 'waiting') && { label: t('Disconnect'), icon: 'leave', group: '', run: () => this.ondisconnect() },
    ];
    return items.filter((item) => item !== false);
  }
}

/** The page comes anew in that language; the seat and the devices are kept. @param {string} code */
function chooseLanguage(code) {
  const form = /** @type {HTMLFormElement} */ (byId('language-form'));
  const field = /** @type {HTMLInputElement} */ (form.elements.namedItem('language'));
  field.value = code;
  form.submit();
}
