/**
 * The bar of buttons under the stage.
 *
 * @import {Session} from './session.js'
 * @import {Controls} from './controls.js'
 * @import {LevelMeter} from './level-meter.js'
 */

import { byId, setText } from './dom.js';
import { setButton } from './roster-view.js';
import { mayNotSpeak, mayPresent } from './store.js';
import { t } from './i18n.js';

export class BarView {
  /** @type {(panel: 'chat' | 'people') => void} */
  onpanel = () => {};
  /** Opens what can be presented. @type {() => void} */
  onpresent = () => {};

  /** @param {Session} session @param {Controls} controls @param {LevelMeter} meter */
  constructor(session, controls, meter) {
    this.session = session;
    this.controls = controls;
    this.meter = meter;
    this.microphone = byId('microphone');
    this.camera = byId('camera');
    this.screen = byId('screen');
    this.hand = byId('hand');
    this.microphone.addEventListener('click', () => void controls.setMicrophone(!this.#on('microphone')));
    this.camera.addEventListener('click', () => void controls.setCamera(!this.#on('camera')));
    this.screen.addEventListener('click', () => (controls.screen === null ? this.onpresent() : void controls.setScreen(false)));
    this.hand.addEventListener('click', () => void controls.toggleHand());
    byId('chat-button').addEventListener('click', () => this.onpanel('chat'));
    byId('people-button').addEventListener('click', () => this.onpanel('people'));
  }

  update() {
    const { state, self } = this.session;
    if (!state || !self) return;
    this.#drawMicrophone(mayNotSpeak(state, self));
    const camera = this.#on('camera');
    press(this.camera, camera, camera ? 'on' : 'off');
    setButton(this.camera, camera ? 'camera' : 'camera-off', t('Camera'));
    const sharing = this.controls.screen !== null;
    this.screen.hidden = !(mayPresent(state, self) || sharing);
    press(this.screen, sharing, sharing ? 'on' : 'off');
    setButton(this.screen, sharing ? 'screen' : 'present', sharing ? t('Stop screen') : t('Present'));
    this.screen.title = t('Show a screen, a document, a film');
    const up = state.hands.indexOf(self.participant) + 1;
    press(this.hand, up > 0, up ? 'on' : 'off');
    setButton(this.hand, 'hand', up ? t('Hand raised: {place}', { place: up }) : t('Raise hand'));
  }

  drawLevel() {
    this.microphone.style.setProperty('--level', this.#on('microphone') ? this.meter.level.toFixed(2) : '0');
  }

  /** @param {number} unread */
  drawUnread(unread) {
    const badge = byId('chat-unread');
    badge.hidden = unread === 0;
    setText(badge, unread > 99 ? '99+' : String(unread));
  }

  /** On only when it is on here and the server lets it through, so that nobody believes to be heard who is not. */
  /** @param {'microphone' | 'camera'} kind */
  #on(kind) {
    return this.controls.wanted[kind] && (this.session.self?.[kind] ?? false);
  }

  /** @param {boolean} locked */
  #drawMicrophone(locked) {
    const on = this.#on('microphone');
    const state = on ? 'on' : locked ? 'not-allowed' : 'off';
    press(this.microphone, on, state);
    const words = {
      on: t('Microphone on: you can be heard. Press to only listen.'),
      off: t('Headphones: you only listen. Press to speak.'),
      'not-allowed': t('Microphone not allowed: a moderator has locked it. Raise your hand to ask for the floor.'),
    }[state];
    this.microphone.setAttribute('aria-label', words);
    this.microphone.title = words;
    this.microphone.setAttribute('aria-disabled', String(state === 'not-allowed'));
    this.microphone.toggleAttribute('data-busy', this.controls.busy.has('microphone'));
  }
}

/** @param {HTMLElement} button @param {boolean} on @param {string} state */
function press(button, on, state) {
  button.setAttribute('aria-pressed', String(on));
  button.dataset.state = state;
}
