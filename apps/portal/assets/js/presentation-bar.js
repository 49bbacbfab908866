/**
 * The buttons below what is presented: turning, zoom, pointer, handing over, stopping.
 *
 * @import {Item} from './menu.js'
 * @import {Participant} from './messages.js'
 *
 * @typedef {object} Shown What the buttons depend on.
 * @property {string} title
 * @property {number} page
 * @property {number} pages 0 where there are none.
 * @property {boolean} leads
 * @property {boolean} moderates
 * @property {boolean} presents Has the presenter role.
 * @property {boolean} pointing
 * @property {boolean} strip
 * @property {boolean} zoomed
 *
 * @typedef {object} Deeds
 * @property {(by: number) => void} turn
 * @property {(factor: number | null) => void} zoom Null: the whole page.
 * @property {() => void} point
 * @property {() => void} strip
 * @property {() => void} fullScreen
 * @property {() => void} choose
 * @property {() => void} stop
 * @property {() => Participant[]} heirs Who could present next.
 * @property {(one: Participant) => void} handOver
 * @property {() => void} giveUp
 */

import { h, icon, setText } from './dom.js';
import { t } from './i18n.js';
import { openMenu } from './menu.js';
import { ZOOM_STEP } from './zoom.js';

export class PresentationBar {
  /** @type {Shown | null} */
  #shown = null;

  /** @param {Deeds} deeds */
  constructor(deeds) {
    this.deeds = deeds;
    this.title = h('bdi', { class: 'presentation-title' });
    this.back = iconButton('back', t('Previous page'), () => deeds.turn(-1));
    this.count = h('span', { class: 'presentation-count', 'aria-live': 'polite' });
    this.forward = iconButton('forward', t('Next page'), () => deeds.turn(1));
    this.out = iconButton('zoom-out', t('Smaller'), () => deeds.zoom(1 / ZOOM_STEP), 'roomy');
    this.in = iconButton('zoom-in', t('Larger'), () => deeds.zoom(ZOOM_STEP), 'roomy');
    this.pointer = iconButton('pointer', t('Point at the page for everybody'), () => deeds.point(), 'roomy');
    this.strip = iconButton('pages', t('Small pages'), () => deeds.strip(), 'roomy');
    this.full = iconButton('full-screen', t('Full screen'), () => deeds.fullScreen(), 'roomy');
    this.over = iconButton('hand-over', t('Hand over'), () => this.#openHeirs());
    this.more = iconButton('more', t('More about the presentation'), () => this.#openMore(), 'tight');
    this.stop = h('button', { type: 'button', class: 'button small presentation-stop', 'aria-label': t('Stop presenting'), onclick: () => deeds.stop() }, icon('stop'), h('span', { text: t('Stop presenting') }));
    for (const button of [this.over, this.more]) {
      button.setAttribute('aria-haspopup', 'menu');
      button.setAttribute('aria-expanded', 'false');
    }
    this.element = h('div', { class: 'presentation-bar', role: 'toolbar', 'aria-label': t('Presentation') }, this.title,
      h('span', { class: 'presentation-turn' }, this.back, this.count, this.forward),
      h('span', { class: 'presentation-tools' }, this.out, this.in, this.pointer, this.strip, this.full, this.over, this.more, this.stop));
  }

  /** @param {Shown} shown */
  update(shown) {
    this.#shown = shown;
    const { title, page, pages, leads } = shown;
    setText(this.title, title);
    this.title.title = title;
    setText(this.count, pages ? t('Page {page} of {pages}', { page, pages }) : '');
    for (const button of [this.back, this.forward]) button.hidden = !leads || pages < 2;
    this.back.disabled = page <= 1;
    this.forward.disabled = page >= pages;
    for (const button of [this.out, this.in]) button.hidden = !pages;
    this.out.disabled = !shown.zoomed;
    for (const button of [this.pointer, this.strip]) button.hidden = !pages || !leads;
    this.pointer.setAttribute('aria-pressed', String(shown.pointing));
    this.strip.hidden ||= pages < 2;
    this.strip.setAttribute('aria-pressed', String(shown.strip));
    this.full.hidden = !document.fullscreenEnabled;
    this.over.hidden = !shown.moderates && !shown.presents;
    this.stop.hidden = !leads;
  }

  #openHeirs() {
    const items = this.deeds.heirs().map((one) => ({ label: [one.name, one.badge].filter(Boolean).join(' '), icon: 'present', run: () => this.deeds.handOver(one) }));
    const nobody = { label: t('Nobody else is here'), icon: 'info', run: () => {} };
    const giveUp = { label: t('Give up the presenter role'), icon: 'close', group: '', run: () => this.deeds.giveUp() };
    openMenu(this.over, t('Hand over to'), [...(items.length ? items : [nobody]), ...(this.#shown?.presents ? [giveUp] : [])]);
  }

  #openMore() {
    const shown = this.#shown;
    if (!shown) return;
    const { deeds } = this;
    const paged = shown.pages > 0;
    /** @type {(Item | false)[]} */
    const items = [
      document.fullscreenEnabled && { label: t('Full screen'), icon: 'full-screen', run: () => deeds.fullScreen() },
      paged && { label: t('Larger'), icon: 'zoom-in', run: () => deeds.zoom(ZOOM_STEP) },
      paged && shown.zoomed && { label: t('Whole page'), icon: 'zoom-out', run: () => deeds.zoom(null) },
      paged && shown.leads && { label: shown.pointing ? t('Stop pointing') : t('Point at the page for everybody'), icon: 'pointer', run: () => deeds.point() },
      shown.pages > 1 && shown.leads && { label: shown.strip ? t('Hide small pages') : t('Small pages'), icon: 'pages', run: () => deeds.strip() },
      shown.leads && { label: t('Present something else'), icon: 'present', run: () => deeds.choose() },
    ];
    openMenu(this.more, t('More about the presentation'), items.filter((item) => item !== false));
  }
}

/** @param {string} name @param {string} label @param {() => void} run @param {string} [kind] */
function iconButton(name, label, run, kind = '') {
  return h('button', { type: 'button', class: `icon-button ${kind}`, 'aria-label': label, title: label, onclick: run }, icon(name));
}
