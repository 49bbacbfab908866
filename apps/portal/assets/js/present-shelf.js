/**
 * What can be presented in a room, and what is done with it: files and YouTube added, put in order, used again, deleted. It stands in the
 * conference's sheet and on the page where a moderator prepares.
 *
 * @import {PresentationsApi, Listing} from './presentations-api.js'
 * @import {Item} from './presenting.js'
 * @typedef {{use: string, picture?: (item: Item) => string}} Look `use`: what the button beside each item of the room says; empty for none.
 */

import { confirmed } from './confirm.js';
import { h, icon } from './dom.js';
import { t } from './i18n.js';
import { openMenu } from './menu.js';
import { joined } from './pictures-file.js';
import { ItemList } from './present-items.js';
import { Uploads } from './upload.js';

export class PresentShelf {
  /** The button beside an item was pressed. @type {(item: Item) => void} */
  onuse = () => {};
  /** What is on the stage now; empty for nothing. */
  shown = '';

  /** @type {Listing | null} */
  #listing = null;
  /** What came otherwise than by a listing. */
  #puts = 0;

  /** @param {PresentationsApi} api @param {Look} look @param {HTMLElement[]} ways Further ways to present, before files and YouTube. */
  constructor(api, look, ways = []) {
    this.api = api;
    this.look = look;
    this.files = h('input', { type: 'file', multiple: true, hidden: true });
    this.files.addEventListener('change', () => this.#chosen());
    this.file = way('upload', t('Files from this computer'), () => this.files.click());
    this.youtube = way('youtube', 'YouTube', () => this.#toggleYoutube());
    this.link = h('input', { id: 'present-link', type: 'url', inputmode: 'url', autocomplete: 'off', placeholder: 'https://www.youtube.com/watch?v=…', required: true });
    this.form = h('form', { class: 'present-youtube', hidden: true }, h('label', { for: 'present-link' }, t('Link of the video')),
      h('div', { class: 'inline-form' }, this.link, h('button', { class: 'button' }, t('Add'))),
      h('p', { class: 'caption-text' }, t('The video comes from YouTube straight into each browser. YouTube learns the network address of everybody who sees it.')));
    this.form.addEventListener('submit', (event) => void this.#addYoutube(event));
    this.problem = h('p', { class: 'note error', role: 'alert', hidden: true });
    this.office = h('p', { class: 'caption-text', hidden: true }, t('This server has no LibreOffice: save PowerPoint, Word and OpenDocument files as PDF first.'));
    this.uploads = new Uploads(api);
    this.uploads.onitem = (item) => this.put(item);
    this.room = new ItemList(t('Ready for this conference'), t('Nothing yet. Add a file, and it stays here for the whole conference.'), look.picture);
    this.library = new ItemList(t('From my other conferences'), '', look.picture);
    this.room.onuse = (item) => this.onuse(item);
    this.room.onmore = (anchor, item) => this.#openMore(anchor, item);
    this.library.onuse = (item) => void this.#do(() => this.api.reuse(item.presentation));
    this.library.onmore = (anchor, item) => openMenu(anchor, item.title, [this.#deletion(item)]);
    this.element = h('div', { class: 'present-body' }, h('div', { class: 'present-ways' }, ...ways, this.file, this.youtube), this.files, this.form, this.problem, this.office,
      this.uploads.element, this.room.element, this.library.element);
    this.draw();
  }

  /** Whether something is still being prepared. */
  get busy() {
    return this.#listing?.presentations.some((one) => one.state === 'waiting' || one.state === 'converting') ?? false;
  }

  /** Forget what was refused. */
  tidy() {
    this.tell('');
    this.uploads.tidy();
    this.form.hidden = true;
  }

  /** @returns {Promise<void>} */
  async load() {
    const puts = this.#puts;
    try {
      const listing = await this.api.list();
      if (puts !== this.#puts) return await this.load(); // it was made before what has come meanwhile
      this.#listing = listing;
      this.files.accept = listing.accepts;
    } catch (error) {
      this.#refused(error);
    }
    this.draw();
  }

  draw() {
    const listing = this.#listing;
    for (const part of [this.file, this.youtube, this.room.element]) part.hidden = listing === null;
    this.office.hidden = listing === null || listing.office;
    this.library.element.hidden = !listing?.library.length;
    if (!listing) return;
    this.room.update(listing.presentations, { use: this.look.use, shown: this.shown });
    this.library.update(listing.library, { use: t('Use here'), shown: this.shown });
  }

  /** Something is new, or further prepared. @param {Item} item */
  put(item) {
    const listing = this.#listing;
    if (!listing) return;
    this.#puts += 1;
    const at = listing.presentations.findIndex((one) => one.presentation === item.presentation);
    if (at >= 0) listing.presentations[at] = item;
    else listing.presentations.push(item);
    this.draw();
  }

  /** @param {string} sentence */
  tell(sentence) {
    this.problem.textContent = sentence;
    this.problem.hidden = sentence === '';
  }

  /** Files may be dropped anywhere on an element. @param {HTMLElement} target */
  acceptDrops(target) {
    target.addEventListener('dragover', (event) => event.preventDefault());
    target.addEventListener('drop', (event) => {
      event.preventDefault();
      void this.#send([...(event.dataTransfer?.files ?? [])]);
    });
  }

  #toggleYoutube() {
    this.form.hidden = !this.form.hidden;
    if (!this.form.hidden) this.link.focus();
  }

  /** @param {Event} event */
  async #addYoutube(event) {
    event.preventDefault();
    const done = await this.#do(async () => this.put(await this.api.youtube(this.link.value)), false);
    if (!done) return;
    this.link.value = '';
    this.form.hidden = true;
  }

  #chosen() {
    const chosen = [...(this.files.files ?? [])];
    this.files.value = '';
    void this.#send(chosen);
  }

  /** @param {File[]} files */
  async #send(files) {
    this.tell('');
    const ready = await joined(files);
    if (this.#listing) this.uploads.add(ready, this.#listing);
  }

  /** @param {HTMLElement} anchor @param {Item} item */
  #openMore(anchor, item) {
    const all = this.#listing?.presentations ?? [];
    const at = all.findIndex((one) => one.presentation === item.presentation);
    /** @type {(import('./menu.js').Item | false)[]} */
    const items = [
      at > 0 && { label: t('Move up'), icon: 'up', run: () => void this.#move(at, at - 1) },
      at < all.length - 1 && { label: t('Move down'), icon: 'down', run: () => void this.#move(at, at + 1) },
      { label: t('Take out of this conference'), icon: 'close', run: () => void this.#do(() => this.api.remove(item.presentation)) },
      this.#deletion(item),
    ];
    openMenu(anchor, item.title, items.filter((one) => one !== false));
  }

  /** @param {Item} item @returns {import('./menu.js').Item} */
  #deletion(item) {
    return { label: t('Delete…'), icon: 'trash', danger: true, group: '', run: () => void this.#delete(item) };
  }

  /** @param {Item} item */
  async #delete(item) {
    const sure = await confirmed({ title: t('Delete {name}?', { name: item.title }), text: t('Its file and pages are deleted, also from other conferences.'), yes: t('Delete') });
    if (sure) await this.#do(() => this.api.destroy(item.presentation));
  }

  /** @param {number} from @param {number} to */
  async #move(from, to) {
    const order = this.#listing?.presentations.map((one) => one.presentation) ?? [];
    order.splice(to, 0, ...order.splice(from, 1));
    await this.#do(() => this.api.order(order));
  }

  /** Do something and look again. @param {() => Promise<unknown>} work @param {boolean} [again] */
  async #do(work, again = true) {
    this.tell('');
    try {
      await work();
    } catch (error) {
      this.#refused(error);
      return false;
    }
    if (again) await this.load();
    return true;
  }

  /** @param {unknown} error */
  #refused(error) {
    this.tell(error instanceof Error ? error.message : '');
  }
}

/** A large button that begins something. @param {string} name @param {string} words @param {() => void} run */
export function way(name, words, run) {
  return h('button', { type: 'button', class: 'present-way', onclick: run }, icon(name), h('span', { text: words }));
}
