/**
 * Small pages in a row, for who may turn them: a press leads everybody there.
 *
 * @import {Showing} from './presenting.js'
 */

import { h } from './dom.js';
import { t } from './i18n.js';

const AROUND = 40; // pages to each side; a book of thousands must not become thousands of pictures

export class PageStrip {
  /** @type {(page: number) => void} */
  onchoose = () => {};
  /** Whether the person wants it. */
  open = true;

  /** @type {Map<number, HTMLButtonElement>} */
  #buttons = new Map();
  #page = 0;

  /** @param {(page: number) => string} address */
  constructor(address) {
    this.address = address;
    this.element = h('div', { class: 'page-strip', role: 'group', 'aria-label': t('Pages'), hidden: true });
  }

  /** @param {Showing} showing @param {boolean} leads */
  update(showing, leads) {
    const seen = leads && this.open && showing.pages > 1;
    const opened = seen && this.element.hidden === true;
    this.element.hidden = !seen;
    if (!seen) return;
    const first = Math.max(1, showing.page - AROUND);
    const last = Math.min(showing.pages, showing.page + AROUND);
    for (const [page, button] of this.#buttons) {
      if (page >= first && page <= last) continue;
      button.remove();
      this.#buttons.delete(page);
    }
    for (let page = first; page <= last; page += 1) this.#drawOne(page, page - first, showing);
    if (this.#page !== showing.page || opened) this.#toMiddle(showing.page, opened);
    this.#page = showing.page;
  }

  /** @param {number} page @param {number} place @param {Showing} showing */
  #drawOne(page, place, showing) {
    const button = this.#buttons.get(page) ?? this.#make(page, showing.pages);
    if (this.element.children[place] !== button) this.element.insertBefore(button, this.element.children[place] ?? null);
    const image = button.querySelector('img');
    const ready = page <= showing.pages_ready;
    if (ready && image && !image.hasAttribute('src')) image.src = this.address(page);
    button.classList.toggle('ready', ready);
    if (page === showing.page) button.setAttribute('aria-current', 'page');
    else button.removeAttribute('aria-current');
  }

  /** @param {number} page @param {number} pages */
  #make(page, pages) {
    const label = t('Page {page} of {pages}', { page, pages });
    const image = h('img', { alt: '', loading: 'lazy', draggable: 'false' });
    const button = h('button', { type: 'button', class: 'page-small', 'aria-label': label, onclick: () => this.onchoose(page) }, image, h('span', { text: String(page) }));
    this.#buttons.set(page, button);
    return button;
  }

  /** @param {number} page @param {boolean} at_once */
  #toMiddle(page, at_once) {
    const button = this.#buttons.get(page);
    if (!button) return;
    const left = button.offsetLeft - (this.element.clientWidth - button.offsetWidth) / 2;
    const calm = at_once || matchMedia('(prefers-reduced-motion: reduce)').matches;
    this.element.scrollTo({ left, behavior: calm ? 'instant' : 'smooth' });
  }
}
