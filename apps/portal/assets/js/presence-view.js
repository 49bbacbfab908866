/**
 * *Are you there?* in the page, and telling the server whether anybody can see the page.
 *
 * The question is announced as an alert and can be answered by mouse, touch, Enter on its button, or Alt+Shift+H from anywhere. It takes the
 * focus only where nothing has it: nobody's typing is ever interrupted.
 *
 * @import {Session} from './session.js'
 */

import { byId, setText } from './dom.js';
import { t, tn } from './i18n.js';
import { askedOf } from './presence-store.js';
import { toast } from './toasts.js';

const TELL_EVERY_MS = 2000; // who flips through tabs tells the last state only
const LEAST_MS = 10_000; // what a page with a wrong clock still shows as the time left
const MOST_MS = 90_000;

export class PresenceView {
  /** @param {Session} session */
  constructor(session) {
    this.session = session;
    this.panel = byId('presence');
    this.button = byId('presence-yes');
    this.switch = byId('presence-checks');
    this.dialog = /** @type {HTMLDialogElement} */ (byId('presence-dialog'));
    /** @type {number | null} */
    this.check = null;
    this.#title = document.title;
    this.button.addEventListener('click', () => void this.#answer());
    this.switch.addEventListener('click', () => this.#switch());
    byId('presence-start').addEventListener('click', () => this.#start());
    byId('presence-cancel').addEventListener('click', () => this.dialog.close());
    document.addEventListener('keydown', (event) => {
      if (this.check === null || event.code !== 'KeyH' || !event.altKey || !event.shiftKey) return;
      event.preventDefault();
      void this.#answer();
    });
    document.addEventListener('visibilitychange', () => this.tellVisibility());
  }

  #title;
  #endsAtMs = 0;
  /** @type {any} */
  #ticking = null;
  #told = true;
  #toldAtMs = -Infinity;
  /** @type {any} */
  #telling = null;

  /** After a welcome the server takes the page as visible. */
  welcomed() {
    this.#told = true;
    this.tellVisibility();
  }

  update() {
    const { state, me, self } = this.session;
    if (!state) return;
    this.switch.setAttribute('aria-pressed', String(state.presence.meanMin !== null));
    const inside = this.session.phase === 'inside' || this.session.phase === 'reconnecting';
    const asked = inside && self ? askedOf(state, me) : null;
    if (asked && asked.check !== this.check) this.#show(asked.check, Date.parse(asked.until) - Date.now());
    if (!asked && this.check !== null) this.#hide();
  }

  /** Say whether the page is visible, if the server does not know it: at once, then at most every 2 s. */
  tellVisibility() {
    clearTimeout(this.#telling);
    const visible = document.visibilityState !== 'hidden';
    if (visible === this.#told || this.session.phase !== 'inside') return;
    const waitMs = this.#toldAtMs + TELL_EVERY_MS - performance.now();
    if (waitMs > 0) {
      this.#telling = setTimeout(() => this.tellVisibility(), waitMs);
      return;
    }
    this.#told = visible;
    this.#toldAtMs = performance.now();
    void this.session.command({ type: 'set_visibility', visible }).then((answer) => {
      if (answer.ok) return;
      this.#told = !visible;
      if (answer.code === 'too_many_requests') this.#telling = setTimeout(() => this.tellVisibility(), TELL_EVERY_MS);
    });
  }

  /** @param {number} check @param {number} leftMs */
  #show(check, leftMs) {
    this.check = check;
    this.#endsAtMs = performance.now() + Math.min(MOST_MS, Math.max(LEAST_MS, leftMs));
    this.panel.hidden = false;
    setText(byId('presence-alert'), t('Are you there? Press the button “I am here”, or Alt+Shift+H.'));
    if (!document.activeElement || document.activeElement === document.body) this.button.focus({ preventScroll: true });
    this.#tick();
  }

  #hide() {
    this.check = null;
    clearTimeout(this.#ticking);
    document.title = this.#title;
    if (this.panel.contains(document.activeElement)) byId('main').focus?.({ preventScroll: true });
    this.panel.hidden = true;
    setText(byId('presence-alert'), '');
  }

  #tick() {
    const leftS = Math.max(0, Math.ceil((this.#endsAtMs - performance.now()) / 1000));
    setText(byId('presence-left'), tn('{count} second left', '{count} seconds left', leftS));
    document.title = leftS % 2 ? t('Are you there?') : this.#title;
    this.#ticking = setTimeout(() => this.#tick(), 1000);
  }

  async #answer() {
    const check = this.check;
    if (check === null) return;
    const answer = await this.session.command({ type: 'answer_presence', check });
    if (answer.ok) toast(t('Thank you. Your presence was noted.'), { kind: 'success' });
    else toast(answer.message || t('The server could not be reached. Sala keeps trying.'), { kind: 'error', urgent: true });
    if ((answer.ok || answer.code === 'check_over') && this.check === check) this.#hide();
  }

  #switch() {
    if (this.session.state?.presence.meanMin === null) this.dialog.showModal();
    else void this.#set({ type: 'set_presence_checks', on: false }, t('Presence checks are off.'));
  }

  #start() {
    this.dialog.close();
    const meanMin = Number(/** @type {HTMLSelectElement} */ (byId('presence-mean')).value);
    void this.#set({ type: 'set_presence_checks', on: true, mean_min: meanMin }, t('Presence checks are on. People are asked at random times.'));
  }

  /** @param {import('./messages.js').Command} command @param {string} done */
  async #set(command, done) {
    const answer = await this.session.command(command);
    if (answer.ok) toast(done, { kind: 'success' });
    else toast(answer.message, { kind: 'error', urgent: true });
  }
}
