/**
 * The authority's part of a tender's session in the portal: the queue in the order of the policy, grants, time, lot, statements.
 *
 * @import {Session} from './session.js'
 * @import {Controls} from './controls.js'
 * @import {Tender, Statement, Hand} from './tender-store.js'
 */

import { byId, h, icon, setText } from './dom.js';
import { t, tn } from './i18n.js';
import { statementRow } from './statement-view.js';
import { leftS, minutes } from './tender-store.js';

const MORE_S = 60;

export class TenderLeadView {
  #drawn = '';
  /** @type {any} */
  #ticking = null;

  /** @param {Session} session @param {Controls} controls @param {string} slug */
  constructor(session, controls, slug) {
    this.session = session;
    this.controls = controls;
    this.slug = slug;
    this.policy = /** @type {HTMLSelectElement} */ (byId('floor-policy'));
    this.limit = /** @type {HTMLSelectElement} */ (byId('floor-limit'));
    this.answerDialog = /** @type {HTMLDialogElement} */ (byId('answer-dialog'));
    for (const one of [this.policy, this.limit]) one.addEventListener('change', () => void this.#setPolicy());
    byId('draw-lot').addEventListener('click', () => void controls.ask({ type: 'draw_lot' }));
    byId('show-suppliers').addEventListener('change', (event) => void controls.ask({ type: 'show_suppliers', shown: /** @type {HTMLInputElement} */ (event.target).checked }));
    byId('floor-more').addEventListener('click', () => this.#withFloor((participant) => ({ type: 'extend_floor', participant, more_s: MORE_S })));
    byId('floor-end').addEventListener('click', () => this.#withFloor((participant) => ({ type: 'end_floor', participant })));
    byId('answer-cancel').addEventListener('click', () => this.answerDialog.close());
  }

  update() {
    const tender = this.session.state?.tender;
    if (!tender?.queue) return;
    const key = JSON.stringify({ ...tender, floor: { ...tender.floor } });
    this.#tick();
    if (key === this.#drawn) return;
    this.#drawn = key;
    this.#drawFloor(tender);
    this.#drawQueue(tender.queue);
    this.policy.value = tender.policy ?? 'arrival';
    this.limit.value = String(tender.limit_s ?? 0);
    byId('draw-lot').hidden = tender.policy !== 'lot';
    /** @type {HTMLButtonElement} */ (byId('draw-lot')).disabled = !tender.can_draw;
    /** @type {HTMLInputElement} */ (byId('show-suppliers')).checked = tender.suppliers_shown ?? false;
    this.#drawStatements(tender.statements);
  }

  // --- the floor ----------------------------------------------------------------------------------------------------------

  /** @param {Tender} tender */
  #drawFloor({ floor }) {
    byId('floor-now').hidden = !floor;
    if (!floor) return;
    setText(byId('floor-name'), floor.name);
    setText(byId('floor-firm'), floor.firm);
    byId('floor-more').hidden = floor.until === null;
  }

  #tick() {
    clearTimeout(this.#ticking);
    const floor = this.session.state?.tender?.floor;
    if (!floor) return;
    const now = this.session.serverMs;
    const left = leftS(floor, now);
    setText(byId('floor-time'), left === null ? minutes((now - Date.parse(floor.since)) / 1000) : minutes(left));
    this.#ticking = setTimeout(() => this.#tick(), 250);
  }

  /** @param {Hand[]} queue */
  #drawQueue(queue) {
    const busy = Boolean(this.session.state?.tender?.floor);
    byId('queue-empty').hidden = queue.length > 0;
    byId('queue').replaceChildren(...queue.map((hand) => this.#row(hand, busy)));
  }

  /** @param {Hand} hand @param {boolean} busy */
  #row(hand, busy) {
    const one = this.session.state?.participants.get(hand.participant);
    const name = one ? (one.badge ? `${one.name} ${one.badge}` : one.name) : '';
    const had = hand.firm_turns ? `${tn('{count} turn', '{count} turns', hand.firm_turns)}, ${minutes(hand.firm_used_ms / 1000)}` : t('has not spoken');
    return h('li', { class: 'queue-row', 'data-participant': hand.participant },
      h('span', { class: 'queue-words' }, h('bdi', { class: 'queue-name', text: name }), h('span', { class: 'queue-firm', text: [hand.firm, had].filter(Boolean).join(' · ') })),
      h('span', { class: 'queue-buttons' },
        h('button', { type: 'button', class: 'button small primary', disabled: busy, 'aria-label': t('Give {name} the floor', { name }), onclick: () => void this.controls.ask({ type: 'grant_floor', participant: hand.participant }) }, icon('check'), t('Grant')),
        h('button', { type: 'button', class: 'button small', 'aria-label': t('Refuse {name} the floor', { name }), onclick: () => void this.controls.ask({ type: 'refuse_floor', participant: hand.participant }) }, t('Refuse')),
      ));
  }

  /** @param {(participant: string) => import('./messages.js').Command} make */
  #withFloor(make) {
    const floor = this.session.state?.tender?.floor;
    if (floor) void this.controls.ask(make(floor.participant));
  }

  async #setPolicy() {
    const limit = Number(this.limit.value);
    await this.controls.ask({ type: 'set_floor_policy', policy: this.policy.value, limit_s: limit || null });
    this.#drawn = '';
  }

  // --- statements ---------------------------------------------------------------------------------------------------------

  /** @param {Statement[]} statements */
  #drawStatements(statements) {
    byId('lead-statements').hidden = statements.length === 0;
    byId('lead-statement-list').replaceChildren(...statements.map((one) => {
      const who = h('p', { class: 'statement-who' }, h('bdi', { text: one.name }), one.firm ? ` · ${one.firm}` : '');
      return statementRow(one, this.slug, who, ...(one.answer ? [] : [this.#answers(one)]));
    }));
  }

  /** @param {Statement} one */
  #answers(one) {
    const button = (/** @type {string} */ label, /** @type {string} */ answer) =>
      h('button', { type: 'button', class: 'button small', text: label, onclick: () => (answer === 'declined' ? this.#decline(one) : void this.#answer(one, answer, '')) });
    return h('div', { class: 'statement-buttons' }, button(t('Note'), 'noted'), button(t('Accept it'), 'accepted'), button(t('Decline it…'), 'declined'));
  }

  /** @param {Statement} one @param {string} answer @param {string} reason */
  async #answer(one, answer, reason) {
    return this.controls.ask({ type: 'answer_statement', statement: one.statement, answer, reason });
  }

  /** @param {Statement} one */
  #decline(one) {
    const reason = /** @type {HTMLTextAreaElement} */ (byId('answer-reason'));
    const form = /** @type {HTMLFormElement} */ (byId('answer-form'));
    reason.value = '';
    form.onsubmit = (event) => {
      event.preventDefault();
      if (!reason.value.trim()) return reason.focus();
      this.answerDialog.close();
      return void this.#answer(one, 'declined', reason.value.trim());
    };
    this.answerDialog.showModal();
  }
}
