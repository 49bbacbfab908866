/**
 * *You missed 2 min 10 s*: after a lost line, and for who comes late, what the log says of it, at once and while the session goes on (F10).
 *
 * @import {Session} from './session.js'
 * @import {RoomEvent} from './messages.js'
 * @import {Gap, Missed} from './catch-up.js'
 */

import { arrival, counts, gapOf, LEAST_LATE_MS, LEAST_LOST_MS, missedOf, MOST_EVENTS } from './catch-up.js';
import { byId, setText } from './dom.js';
import { t, tn } from './i18n.js';

export class CatchUpView {
  /** What is offered now; for tests too. @type {(Gap & Missed) | null} */
  shown = null;

  /** @type {{fromMs: number | null, number: number, leastMs: number} | null} What the next answer is about; `fromMs` is null where only the log knows it. */
  #open = null;
  /** @type {{fromMs: number, number: number} | null} */
  #lost = null;
  #wasInside = false;

  /** @param {Session} session */
  constructor(session) {
    this.session = session;
    byId('catch-up-close').addEventListener('click', () => this.clear());
    byId('catch-up-show').addEventListener('click', () => this.#showMessages());
    session.onpast = (events) => this.#hear(events);
  }

  /** The line was lost; called once for each loss, before the first attempt to come back. */
  lost() {
    const { state, connection, clock } = this.session;
    if (!state || this.#lost) return;
    this.#lost = { fromMs: clock.at(connection.lostAtMs), number: state.number };
  }

  /** A snapshot came. */
  welcomed() {
    const { state, me, serverMs } = this.session;
    const lost = this.#lost;
    const first = !this.#wasInside;
    this.#lost = null;
    this.#wasInside = true;
    this.#open = null;
    if (!state || state.tender?.apart) return;
    if (lost) this.#open = { ...lost, leastMs: LEAST_LOST_MS };
    else if (first && arrival(state, me, serverMs) === 'new') this.#open = { fromMs: Date.parse(state.openedAt ?? ''), number: 0, leastMs: LEAST_LATE_MS };
    else if (first) this.#open = { fromMs: null, number: 0, leastMs: LEAST_LOST_MS };
    if (!this.#open) return;
    const { fromMs, number, leastMs } = this.#open;
    const tooShort = fromMs !== null && !counts({ fromMs, toMs: serverMs }, leastMs);
    if (tooShort || state.number - number > MOST_EVENTS) this.#open = null;
    else this.session.connection.send({ type: 'since', number });
  }

  /** @param {readonly RoomEvent[]} events */
  #hear(events) {
    const open = this.#open;
    this.#open = null;
    if (!open) return;
    const toMs = this.session.serverMs;
    const gap = open.fromMs === null ? gapOf(events, this.session.me, toMs) : { fromMs: open.fromMs, toMs };
    if (!gap || !counts(gap, open.leastMs)) return;
    this.shown = { ...gap, ...missedOf(events, open.fromMs === null ? gap : open, this.session.me) };
    this.#draw(this.shown);
  }

  /** @param {Gap & Missed} missed */
  #draw(missed) {
    const length = words((missed.toMs - missed.fromMs) / 1000);
    const lines = sentences(missed);
    setText(byId('catch-up-title'), t('You missed {length}', { length }));
    setText(byId('catch-up-text'), lines.length ? lines.join(' · ') : t('Nothing was written or shown in that time.'));
    byId('catch-up-recorded').hidden = !this.session.state?.recording.tape;
    byId('catch-up-show').hidden = missed.messages.length === 0;
    byId('catch-up').hidden = false;
  }

  #showMessages() {
    const first = this.shown?.messages.map((message) => document.querySelector(`#messages [data-message="${message}"]`)).find(Boolean);
    first?.scrollIntoView({ block: 'start' });
  }

  clear() {
    this.shown = null;
    byId('catch-up').hidden = true;
  }
}

/** `2 min 10 s`. @param {number} seconds */
export function words(seconds) {
  const whole = Math.max(1, Math.round(seconds));
  if (whole < 60) return t('{seconds} s', { seconds: whole });
  if (whole < 3600) return t('{minutes} min {seconds} s', { minutes: Math.floor(whole / 60), seconds: whole % 60 });
  return t('{hours} h {minutes} min', { hours: Math.floor(whole / 3600), minutes: Math.floor(whole / 60) % 60 });
}

/** @param {Missed} missed */
function sentences({ messages, hands, came, left, shown, pages }) {
  return [
    messages.length && tn('{count} message', '{count} messages', messages.length),
    ...shown.map((title) => (title ? t('“{title}” was presented', { title }) : t('something was presented'))),
    pages && tn('{count} page turned', '{count} pages turned', pages),
    hands && tn('{count} raised hand', '{count} raised hands', hands),
    came && tn('{count} person came', '{count} people came', came),
    left && tn('{count} person left', '{count} people left', left),
  ].filter((one) => typeof one === 'string');
}
