/**
 * A supplier's page in a tender's session: asking for the floor, having it, the statements, the notice of a reserved part, the way back.
 *
 * The browser is asked for a microphone when the floor is granted, and at no other time; when it ends, microphone and camera are let go.
 *
 * @import {Session} from './session.js'
 * @import {Controls} from './controls.js'
 * @import {Devices} from './media-devices.js'
 * @import {Tender} from './tender-store.js'
 */

import { byId, h, setIcon, setText } from './dom.js';
import { t, tn } from './i18n.js';
import { hasFloor, leftS, minutes, requestSentence } from './tender-store.js';
import { clockTime } from './times.js';
import { toast } from './toasts.js';

const BACK_AFTER_MS = 8000; // long enough to read who ended it, and to take the receipt
const LAST_S = 30; // from here on the countdown says itself

export class TenderView {
  /** @type {() => void} */
  onchat = () => {};

  #hadFloor = false;
  #wasApart = false;
  #saidS = -1;
  /** @type {any} */
  #ticking = null;

  /** @param {Session} session @param {Controls} controls @param {Devices} devices @param {string} back Where the tender's details are. */
  constructor(session, controls, devices, back) {
    this.session = session;
    this.controls = controls;
    this.devices = devices;
    this.back = back;
    this.hand = byId('ask-floor');
    this.end = byId('end-floor');
    this.hand.addEventListener('click', () => void controls.toggleHand());
    this.end.addEventListener('click', () => void controls.ask({ type: 'end_floor' }));
    byId('tender-chat').addEventListener('click', () => this.onchat());
    for (const id of ['leave-stream', 'reserved-leave']) byId(id).addEventListener('click', () => void session.leave());
  }

  /** @returns {Tender | null} */
  get tender() {
    return this.session.state?.tender ?? null;
  }

  update() {
    const { tender } = this;
    if (!tender) return;
    if (tender.apart) return this.#drawReserved(tender);
    this.#wasApart = false;
    byId('reserved-in').hidden = !tender.reserved;
    const mine = hasFloor(this.session.state, this.session.me);
    document.body.dataset.floor = mine ? 'mine' : tender.floor ? 'taken' : 'free';
    if (mine !== this.#hadFloor) this.#floorChanged(mine);
    if (!mine) this.#release();
    setText(byId('request-state'), requestSentence(tender, this.session.me));
    this.hand.hidden = mine;
    this.end.hidden = !mine;
    const up = Boolean(tender.place);
    this.hand.setAttribute('aria-pressed', String(up));
    this.hand.dataset.state = up ? 'on' : 'off';
    setIcon(this.hand, 'hand');
    const label = this.hand.querySelector('.label');
    if (label) setText(label, up ? t('Take the hand down') : t('Raise your hand to speak'));
    setText(byId('supplier-count'), tn('{count} supplier is following', '{count} suppliers are following', tender.suppliers ?? 0));
    this.#tick();
  }

  /** Only a grant that comes while the page is open asks for the microphone: a page that was loaded again has a button for it. */
  #granted() {
    toast(t('You have the floor. Your browser now asks for the microphone; the camera is up to you.'), { kind: 'success', urgent: true });
    void this.controls.setMicrophone(true);
  }

  /** @param {boolean} mine */
  #floorChanged(mine) {
    this.#hadFloor = mine;
    this.#saidS = -1;
    if (mine) return this.#granted();
    this.#release();
    toast(t('Your floor has ended. Nobody sees or hears you any more.'), { kind: 'info' });
    return undefined;
  }

  /** Without the floor no device stays open, whatever opened it: a page that was loaded again finds its microphone granted already. */
  #release() {
    for (const kind of /** @type {const} */ (['microphone', 'camera'])) {
      if (!this.devices[kind]) continue;
      this.controls.switchedOff(kind);
      this.devices.close(kind);
    }
  }

  /** A new snapshot: a floor that this page finds asks for nothing, and one that ended meanwhile is told by `update`. */
  welcomed() {
    this.#hadFloor ||= hasFloor(this.session.state, this.session.me);
  }

  // --- the countdown ------------------------------------------------------------------------------------------------------

  #tick() {
    clearTimeout(this.#ticking);
    const floor = this.tender?.floor;
    const box = byId('floor-left');
    const left = floor ? leftS(floor, this.session.serverMs) : null;
    box.hidden = left === null;
    if (left === null) return;
    setText(byId('floor-left-time'), minutes(left));
    box.dataset.state = left <= LAST_S ? 'last' : 'running';
    if (hasFloor(this.session.state, this.session.me)) this.#say(left);
    this.#ticking = setTimeout(() => this.#tick(), 250);
  }

  /** For those who do not see the countdown. @param {number} left */
  #say(left) {
    if (left === this.#saidS || ![60, LAST_S, 10].includes(left)) return;
    this.#saidS = left;
    setText(byId('floor-said'), tn('{count} second left', '{count} seconds left', left));
  }

  // --- the reserved part --------------------------------------------------------------------------------------------------

  /** @param {Tender} tender */
  #drawReserved(tender) {
    clearTimeout(this.#ticking);
    if (this.#hadFloor) this.#floorChanged(false);
    const at = tender.reserved?.resumes_at;
    const words = at ? t('It is expected to go on at {time}.', { time: clockTime(new Date(at)) }) : t('The authority has not said when it goes on.');
    setText(byId('reserved-time'), words);
    const why = tender.reserved?.reason;
    byId('reserved-why').hidden = !why;
    setText(byId('reserved-why'), why ? t('Reason: {reason}', { reason: why }) : '');
    if (this.#wasApart) return;
    this.#wasApart = true;
    this.session.media.close();
    byId('reserved-title').focus({ preventScroll: true });
  }

  // --- the end ------------------------------------------------------------------------------------------------------------

  /** The session, or this person's part in it, is over: back to the tender's details. */
  over() {
    clearTimeout(this.#ticking);
    const { ending } = this.session;
    if (!ending || !['ended', 'left'].includes(ending.reason)) return;
    const go = ending.go ?? this.back;
    for (const home of byId('over-actions').querySelectorAll(`a[href="/"], a[href="${go}"]`)) home.remove();
    byId('over-actions').prepend(h('a', { class: 'button primary', href: go, text: t('Back to the tender') }));
    if (ending.reason === 'left') return location.assign(go);
    setText(byId('over-title'), t('The session has ended'));
    setText(byId('over-text'), ending.by ? t('{name} ended the session. You go back to the tender in a moment.', { name: ending.by }) : t('You go back to the tender in a moment.'));
    setTimeout(() => location.assign(go), BACK_AFTER_MS);
    return undefined;
  }
}
