/**
 * Files on their way to the server, one after the other, each with its progress and a way to stop it.
 *
 * @import {PresentationsApi, Listing} from './presentations-api.js'
 * @import {Item} from './presenting.js'
 */

import { h, icon, setText } from './dom.js';
import { t } from './i18n.js';

const MEGABYTE = 1_000_000;

/** Why a file need not be sent at all; empty if nothing is known against it. @param {{size: number, type: string}} file @param {Pick<Listing, 'document_max_bytes' | 'film_max_bytes'>} limits */
export function refusalOf(file, limits) {
  if (file.size === 0) return t('This file is empty.');
  const most = file.type.startsWith('video/') ? limits.film_max_bytes : limits.document_max_bytes;
  return file.size > most ? t('This file is too large. The limit is {limit} MB.', { limit: Math.floor(most / MEGABYTE) }) : '';
}

export class Uploads {
  /** @type {(item: Item) => void} */
  onitem = () => {};

  /** @type {Promise<void>} */
  #last = Promise.resolve();

  /** @param {PresentationsApi} api */
  constructor(api) {
    this.api = api;
    this.element = h('ul', { class: 'present-items present-uploads' });
  }

  /** Forget what was refused. */
  tidy() {
    for (const row of this.element.querySelectorAll('[data-state="failed"]')) row.remove();
  }

  /** @param {File[]} files @param {Listing} limits */
  add(files, limits) {
    for (const file of files) {
      const line = new Line(file.name);
      this.element.append(line.row);
      const refusal = refusalOf(file, limits);
      if (refusal) line.refuse(refusal);
      else this.#last = this.#last.then(() => this.#send(file, line));
    }
  }

  /** @param {File} file @param {Line} line */
  async #send(file, line) {
    if (line.stopped) return;
    const { done, stop } = this.api.upload(file, (part) => line.progress(part));
    line.onstop = stop;
    try {
      const item = await done;
      line.row.remove();
      this.onitem(item);
    } catch (error) {
      if (!line.stopped) line.refuse(error instanceof Error ? error.message : '');
    }
  }
}

/** One file on its way. */
class Line {
  onstop = () => {};
  stopped = false;

  /** @param {string} name */
  constructor(name) {
    this.note = h('span', { class: 'present-note', role: 'status' }, t('Waits to be sent'));
    this.bar = h('progress', { max: 1, value: 0, 'aria-label': t('Sending {name}', { name }) });
    const stop = h('button', { type: 'button', class: 'icon-button', 'aria-label': t('Remove {name}', { name }), onclick: () => this.#stop() }, icon('close'));
    this.row = h('li', { class: 'present-item' }, icon('upload'), h('span', { class: 'present-words' }, h('bdi', { class: 'present-title', text: name }), this.note, this.bar), stop);
  }

  /** @param {number} part */
  progress(part) {
    this.bar.value = part;
    setText(this.note, part < 1 ? t('Sending: {part} %', { part: Math.floor(part * 100) }) : t('The server looks at it…'));
  }

  /** @param {string} sentence */
  refuse(sentence) {
    this.row.dataset.state = 'failed';
    this.bar.hidden = true;
    setText(this.note, sentence);
  }

  #stop() {
    this.stopped = true;
    this.onstop();
    this.row.remove();
  }
}
