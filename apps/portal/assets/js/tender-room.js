/**
 * What a tender's session adds to the room: for suppliers their functions, for the authority the floor's panel. Does nothing in a conference.
 *
 * @import {Session} from './session.js'
 * @import {Controls} from './controls.js'
 * @import {Devices} from './media-devices.js'
 *
 * @typedef {object} TenderPage Values that the page carries.
 * @property {string} role
 * @property {string} back Path of the tender's details.
 * @property {number} document_max_bytes
 */

import { byId, setText } from './dom.js';
import { t } from './i18n.js';
import { supplierName } from './tender-store.js';
import { ReservedLeadView } from './reserved-lead-view.js';
import { StatementView } from './statement-view.js';
import { TenderLeadView } from './tender-lead-view.js';
import { TenderView } from './tender-view.js';

export class TenderRoom {
  /** @type {() => void} */
  onchat = () => {};
  /** @type {{update: () => void}[]} */
  #views = [];
  /** @type {TenderView | null} */
  #supplier = null;
  /** @type {StatementView | null} */
  #statements = null;

  /** @param {Session} session @param {Controls} controls @param {Devices} devices @param {{slug: string, tender?: TenderPage | null}} page */
  constructor(session, controls, devices, page) {
    this.session = session;
    const tender = page.tender;
    if (!tender) return;
    if (tender.role === 'moderator') {
      this.#views = [new TenderLeadView(session, controls, page.slug), new ReservedLeadView(session, controls)];
      return;
    }
    const token = () => /** @type {HTMLInputElement} */ (document.querySelector('input[name="_xsrf"]')).value;
    this.#supplier = new TenderView(session, controls, devices, tender.back);
    this.#supplier.onchat = () => this.onchat();
    this.#statements = new StatementView(session, page.slug, token, tender.document_max_bytes);
    this.#views = [this.#supplier, this.#statements];
  }

  /** Whether a reserved part goes on without this person: then the page shows the notice and nothing else. */
  get apart() {
    return this.session.state?.tender?.apart ?? false;
  }

  update() {
    if (!this.session.state?.tender) return;
    for (const view of this.#views) view.update();
    if (this.#supplier && !this.apart) this.#drawChatNotice();
  }

  welcomed() {
    this.#supplier?.welcomed();
  }

  over() {
    this.#statements?.clear();
    this.#supplier?.over();
  }

  /** Said before anybody writes their first message (who reads it, and as whom they see you). */
  #drawChatNotice() {
    const { state, self } = this.session;
    const words = state?.tender?.suppliers_shown
      ? t('Everybody in the session reads what you write, with your name.')
      : t('Everybody in the session reads what you write. The authority sees your name, the other suppliers see “{name}”.', { name: supplierName(self?.supplier) });
    setText(byId('chat-notice'), words);
  }
}
