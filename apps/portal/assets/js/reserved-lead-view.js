/**
 * The reserved part as the authority leads it: who stays when it begins, until when and why; who is in it while it lasts.
 *
 * @import {Session} from './session.js'
 * @import {Controls} from './controls.js'
 * @import {Guest} from './reserved-store.js'
 */

import { byId, h, setText } from './dom.js';
import { t, tn } from './i18n.js';
import { byFirm, guests } from './reserved-store.js';
import { clockTime } from './times.js';

const MANY = 8; // from here on people are searched for

export class ReservedLeadView {
  /** @type {Set<string>} Who stays, while the dialog is open. */
  #chosen = new Set();
  #drawn = '';

  /** @param {Session} session @param {Controls} controls */
  constructor(session, controls) {
    this.session = session;
    this.controls = controls;
    this.dialog = /** @type {HTMLDialogElement} */ (byId('reserved-dialog'));
    this.search = /** @type {HTMLInputElement} */ (byId('reserved-search'));
    this.outsideSearch = /** @type {HTMLInputElement} */ (byId('reserved-outside-search'));
    byId('reserved-open').addEventListener('click', () => this.#press());
    byId('reserved-cancel').addEventListener('click', () => this.dialog.close());
    byId('reserved-form').addEventListener('submit', (event) => {
      event.preventDefault();
      this.#begin();
    });
    this.search.addEventListener('input', () => this.#drawChoice());
    this.outsideSearch.addEventListener('input', () => this.#drawOutside(this.#guests()));
    for (const one of [this.search, this.outsideSearch]) one.addEventListener('keydown', (event) => event.key === 'Enter' && event.preventDefault());
  }

  update() {
    const { state } = this.session;
    if (!state?.tender) return;
    const { reserved, inside } = state.tender;
    const people = this.#guests();
    const key = JSON.stringify([reserved, inside, people, this.dialog.open]);
    if (key === this.#drawn) return;
    this.#drawn = key;
    const button = byId('reserved-open');
    button.dataset.state = reserved ? 'on' : 'off';
    const label = button.querySelector('.label');
    if (label) setText(label, reserved ? t('Go on in public') : t('Suspend for a reserved part…'));
    byId('reserved-now').hidden = !reserved;
    if (this.dialog.open) this.#drawChoice();
    if (!reserved) return;
    setText(byId('reserved-until'), reserved.resumes_at ? t('It is expected to go on at {time}.', { time: clockTime(new Date(reserved.resumes_at)) }) : '');
    setText(byId('reserved-why'), reserved.reason ? t('Reason: {reason}', { reason: reserved.reason }) : '');
    this.#drawInside(people);
    this.#drawOutside(people);
  }

  #guests() {
    return this.session.state ? guests(this.session.state) : [];
  }

  // --- the choice ---------------------------------------------------------------------------------------------------------

  #press() {
    if (this.session.state?.tender?.reserved) return void this.controls.ask({ type: 'end_reserved' });
    this.#chosen.clear();
    this.search.value = '';
    /** @type {HTMLInputElement} */ (byId('reserved-reason')).value = '';
    this.#drawChoice();
    this.dialog.showModal();
    return undefined;
  }

  #drawChoice() {
    const people = this.#guests();
    this.search.hidden = people.length < MANY;
    const here = new Set(people.map((one) => one.participant));
    for (const gone of [...this.#chosen].filter((one) => !here.has(one))) this.#chosen.delete(gone);
    const groups = byFirm(people, this.search.hidden ? '' : this.search.value);
    byId('reserved-people').replaceChildren(...groups.map(({ firm, people: inside }) => this.#group(firm, inside.map((one) => this.#tick(one)))));
    byId('reserved-nobody').hidden = groups.length > 0;
    setText(byId('reserved-nobody'), people.length ? t('Nobody of this name is here.') : t('Nobody but the authority is here.'));
    this.#count();
  }

  /** @param {Guest} one */
  #tick(one) {
    const box = h('input', { type: 'checkbox', checked: this.#chosen.has(one.participant), 'data-participant': one.participant });
    box.addEventListener('change', () => {
      if (box.checked) this.#chosen.add(one.participant);
      else this.#chosen.delete(one.participant);
      this.#count();
    });
    return h('li', {}, h('label', { class: 'choice' }, box, h('bdi', { text: one.name })));
  }

  #count() {
    const { size } = this.#chosen;
    setText(byId('reserved-count'), size ? tn('{count} person stays beside the authority.', '{count} people stay beside the authority.', size) : t('Nobody stays but the authority.'));
  }

  #begin() {
    const minutes = Number(/** @type {HTMLInputElement} */ (byId('reserved-minutes')).value);
    const reason = /** @type {HTMLInputElement} */ (byId('reserved-reason')).value.trim();
    this.dialog.close();
    void this.controls.ask({ type: 'begin_reserved', minutes: minutes > 0 ? minutes : null, admitted: [...this.#chosen], reason });
  }

  // --- while it lasts -----------------------------------------------------------------------------------------------------

  /** @param {Guest[]} people */
  #drawInside(people) {
    const inside = new Set(this.session.state?.tender?.inside ?? []);
    const rows = byFirm(people.filter((one) => inside.has(one.participant)), '');
    byId('reserved-inside').replaceChildren(...rows.map(({ firm, people: those }) => this.#group(firm, those.map((one) => this.#row(one, false)))));
    setText(byId('reserved-inside-count'), rows.length ? t('In it beside the authority') : t('Nobody is in it but the authority.'));
  }

  /** @param {Guest[]} people */
  #drawOutside(people) {
    const inside = new Set(this.session.state?.tender?.inside ?? []);
    const outside = people.filter((one) => !inside.has(one.participant));
    this.outsideSearch.hidden = outside.length < MANY;
    const groups = byFirm(outside, this.outsideSearch.hidden ? '' : this.outsideSearch.value);
    byId('reserved-outside').replaceChildren(...groups.map(({ firm, people: those }) => this.#group(firm, those.map((one) => this.#row(one, true)))));
    byId('reserved-let-in').hidden = outside.length === 0;
  }

  /** @param {Guest} one @param {boolean} enters */
  #row({ participant, name }, enters) {
    const ask = () => void this.controls.ask({ type: 'change_reserved', participant, inside: enters });
    const label = enters ? t('Let {name} into the reserved part', { name }) : t('Send {name} out of the reserved part', { name });
    return h('li', { class: 'reserved-row', 'data-participant': participant },
      h('bdi', { text: name }),
      h('button', { type: 'button', class: 'button small', 'aria-label': label, text: enters ? t('Let in') : t('Send out'), onclick: ask }));
  }

  /** @param {string} firm @param {HTMLElement[]} rows */
  #group(firm, rows) {
    const title = firm || t('Without an organisation');
    return h('section', { class: 'reserved-group' }, h('h4', { text: title }), h('ul', { 'aria-label': title }, ...rows));
  }
}
