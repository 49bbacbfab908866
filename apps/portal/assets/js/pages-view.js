/**
 * Pages on the stage: the page for everybody, the presenter's pointer on it, and the strip of small pages for who may turn them.
 *
 * @import {Showing} from './presenting.js'
 * @import {PresentationsApi} from './presentations-api.js'
 */

import { h } from './dom.js';
import { t } from './i18n.js';
import { PageLook } from './page-look.js';
import { PageStore } from './page-store.js';
import { PageStrip } from './page-strip.js';
import { pagesToHold } from './presenting.js';
import { fit } from './zoom.js';

const POINT_EVERY_MS = 70; // the server takes at most 15 a second

export class PagesView {
  /** @type {(page: number) => void} */
  onturn = () => {};
  /** @type {(place: {x: number, y: number} | null) => void} */
  onpoint = () => {};
  /** Which page is to be seen, and since when (ms since 1970). */
  shown = { page: 0, atMs: 0 };

  /** @type {Showing} */
  #showing;
  #leads = false;
  #pointedAtMs = -Infinity;
  /** @type {any} */
  #pointTimer = null;

  /** @param {Showing} showing @param {PresentationsApi} api */
  constructor(showing, api) {
    this.#showing = showing;
    this.store = new PageStore((page) => api.pageAddress(showing.presentation, page, 'large'));
    this.store.onpage = () => this.#draw();
    this.pointer = h('span', { class: 'page-pointer', hidden: true }, h('i'), h('bdi'));
    this.sheet = h('div', { class: 'page-sheet' }, this.pointer);
    this.wait = h('p', { class: 'page-wait', role: 'status', hidden: true });
    this.box = h('div', { class: 'page-box' }, this.sheet, this.wait);
    this.strip = new PageStrip((page) => api.pageAddress(showing.presentation, page, 'small'));
    this.strip.onchoose = (page) => this.onturn(page);
    this.element = h('div', { class: 'pages' }, this.box, this.strip.element);
    this.look = new PageLook(this.box);
    this.look.onchange = () => this.#place();
    this.look.onswipe = (by) => this.#leads && this.onturn(this.#showing.page + by);
    this.look.onplace = (place) => this.#point(place);
    this.observer = new ResizeObserver(() => this.#place());
    this.observer.observe(this.box);
  }

  /** @param {Showing} showing @param {boolean} leads */
  update(showing, leads) {
    const turned = showing.page !== this.#showing.page;
    this.#showing = showing;
    this.#leads = leads;
    if (!leads && this.look.points) this.setPointing(false);
    if (turned) this.pointTo(null, '');
    this.store.hold(pagesToHold(showing.page, showing.pages_ready || showing.page));
    this.box.classList.toggle('leads', leads);
    this.strip.update(showing, leads);
    this.#draw();
  }

  /** @param {boolean} on */
  setPointing(on) {
    this.look.points = on;
    this.box.classList.toggle('pointing', on);
    if (!on) this.#point(null);
  }

  /** Show another's pointer. @param {{x: number, y: number} | null} place @param {string} name */
  pointTo(place, name) {
    this.pointer.hidden = place === null;
    if (!place) return;
    this.pointer.style.setProperty('left', `${place.x * 100}%`);
    this.pointer.style.setProperty('top', `${place.y * 100}%`);
    const label = this.pointer.querySelector('bdi');
    if (label && label.textContent !== name) label.textContent = name;
  }

  close() {
    this.observer.disconnect();
    clearTimeout(this.#pointTimer);
    this.store.close();
    this.element.remove();
  }

  /** The last page stays until the next is there. */
  #draw() {
    const { page, pages } = this.#showing;
    const picture = this.store.picture(page);
    this.wait.hidden = picture !== null;
    this.wait.textContent = this.store.isMissing(page) ? t('Page {page} is still being prepared.', { page }) : t('Page {page} is loading…', { page });
    this.sheet.classList.toggle('old', picture === null);
    if (!picture || this.sheet.contains(picture)) return;
    picture.alt = t('Page {page} of {pages}', { page, pages });
    picture.className = 'page-picture';
    this.sheet.querySelector('img')?.remove();
    this.sheet.prepend(picture);
    this.look.whole();
    this.shown = { page, atMs: Date.now() };
  }

  #place() {
    const picture = this.sheet.querySelector('img');
    const size = picture ? fit({ width: picture.naturalWidth, height: picture.naturalHeight }, this.look.size) : { width: 0, height: 0 };
    this.look.page = size;
    const { scale, x, y } = this.look.look;
    this.sheet.style.setProperty('width', `${size.width}px`);
    this.sheet.style.setProperty('height', `${size.height}px`);
    this.sheet.style.setProperty('transform', `translate(${x}px, ${y}px) scale(${scale})`);
    this.sheet.style.setProperty('--scale', String(scale));
    this.box.classList.toggle('zoomed', scale > 1);
  }

  /** Not more often than the server takes; the last place always goes out. @param {{x: number, y: number} | null} place */
  #point(place) {
    if (!this.#leads && place) return;
    this.pointTo(place, '');
    clearTimeout(this.#pointTimer);
    const send = () => {
      this.#pointedAtMs = performance.now();
      this.onpoint(place);
    };
    const waitMs = this.#pointedAtMs + POINT_EVERY_MS - performance.now();
    if (waitMs <= 0) send();
    else this.#pointTimer = setTimeout(send, waitMs);
  }
}
