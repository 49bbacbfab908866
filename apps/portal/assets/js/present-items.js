/**
 * A list of what can be presented, with how far it is prepared.
 *
 * @import {Item} from './presenting.js'
 */

import { h, icon, setText } from './dom.js';
import { t, tn } from './i18n.js';
import { canStart, filmTime } from './presenting.js';

/** @typedef {{row: HTMLLIElement, item: Item, title: HTMLElement, note: HTMLElement, picture: HTMLImageElement, bar: HTMLProgressElement, use: HTMLButtonElement, more: HTMLButtonElement}} Row */

export class ItemList {
  /** @type {(item: Item) => void} */
  onuse = () => {};
  /** @type {(anchor: HTMLElement, item: Item) => void} */
  onmore = () => {};

  /** @type {Map<string, Row>} */
  #rows = new Map();

  /** @param {string} title @param {string} nothing What it says while it is empty. @param {(item: Item) => string} [pictureOf] Address of a small picture; empty for none yet. */
  constructor(title, nothing, pictureOf = () => '') {
    this.pictureOf = pictureOf;
    this.list = h('ul', { class: 'present-items' });
    this.nothing = h('p', { class: 'caption-text', text: nothing });
    this.element = h('section', { class: 'present-list' }, h('h3', { text: title }), this.list, this.nothing);
  }

  /** @param {Item[]} items @param {{use: string, shown: string}} words `use`: of its button, empty for none; `shown`: what is on the stage. */
  update(items, { use, shown }) {
    this.nothing.hidden = items.length > 0;
    const ids = new Set(items.map((one) => one.presentation));
    for (const [id, { row }] of this.#rows) {
      if (ids.has(id)) continue;
      row.remove();
      this.#rows.delete(id);
    }
    items.forEach((item, place) => {
      const line = this.#rows.get(item.presentation) ?? this.#make(item);
      if (this.list.children[place] !== line.row) this.list.insertBefore(line.row, this.list.children[place] ?? null);
      draw(line, item, item.presentation === shown, use);
      show(line, this.pictureOf(item));
    });
  }

  /** Rows and buttons stay the same elements: a press that meets a redrawing must not be lost. @param {Item} item @returns {Row} */
  #make(item) {
    const id = item.presentation;
    const now = () => this.#rows.get(id)?.item ?? item;
    const title = h('bdi', { class: 'present-title' });
    const note = h('span', { class: 'present-note' });
    const picture = h('img', { class: 'present-picture', alt: '', hidden: true });
    const bar = h('progress', { max: 1, 'aria-label': t('Preparing') });
    const use = h('button', { type: 'button', class: 'button small', onclick: () => this.onuse(now()) });
    const more = h('button', { type: 'button', class: 'icon-button', 'aria-haspopup': 'menu', 'aria-expanded': 'false', onclick: () => this.onmore(more, now()) }, icon('more'));
    const row = h('li', { class: 'present-item', 'data-presentation': id }, icon(item.kind), picture, h('span', { class: 'present-words' }, title, note, bar), use, more);
    const line = { row, item, title, note, picture, bar, use, more };
    this.#rows.set(id, line);
    return line;
  }
}

/** @param {Row} line @param {Item} item @param {boolean} onStage @param {string} use */
function draw(line, item, onStage, use) {
  line.item = item;
  setText(line.title, item.title);
  setText(line.note, onStage ? t('On the stage now') : noteOf(item));
  line.row.dataset.state = item.state;
  line.bar.hidden = item.state !== 'waiting' && item.state !== 'converting';
  if (item.pages) line.bar.value = item.pages_ready / item.pages;
  else line.bar.removeAttribute('value');
  setText(line.use, use);
  line.use.hidden = use === '' || !canStart(item) || onStage;
  line.use.setAttribute('aria-label', `${use}: ${item.title}`);
  line.more.setAttribute('aria-label', t('More about {name}', { name: item.title }));
}

/** The first page instead of the sign of its kind. @param {Row} line @param {string} address */
function show({ picture }, address) {
  if (address && picture.getAttribute('src') !== address) picture.src = address;
  picture.hidden = address === '';
  picture.previousElementSibling?.classList.toggle('beside-picture', address !== '');
}

/** @param {Item} item */
export function noteOf(item) {
  switch (item.state) {
    case 'waiting': return t('Waits to be prepared');
    case 'converting': return item.pages ? t('{ready} of {pages} pages ready', { ready: item.pages_ready, pages: item.pages }) : t('Being prepared…');
    case 'failed': return item.message;
    default: break;
  }
  if (item.kind === 'youtube') return 'YouTube';
  if (item.kind === 'film') return item.duration_s ? t('Film, {time}', { time: filmTime(item.duration_s) }) : t('Film');
  return tn('{count} page', '{count} pages', item.pages ?? item.pages_ready);
}
