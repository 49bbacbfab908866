/**
 * A film on the stage, in step with everybody: its place is the server's clock, never what one browser says.
 *
 * @import {Session} from './session.js'
 * @import {Showing} from './presenting.js'
 * @import {Player} from './video-player.js'
 * @import {Steps} from './in-step.js'
 */

import { h, icon, setIcon, setText } from './dom.js';
import { t } from './i18n.js';
import { InStep } from './in-step.js';
import { filmTime, isOver, playOrPause, positionAt } from './presenting.js';

const LOOK_EVERY_MS = 200;

export class FilmView {
  /** @type {(command: import('./messages.js').Command) => void} */
  oncommand = () => {};

  /** @type {Showing} */
  #showing;
  #leads = false;
  #dragging = false;

  /** @param {Showing} showing @param {Session} session @param {Player} player @param {Steps} steps */
  constructor(showing, session, player, steps) {
    this.#showing = showing;
    this.session = session;
    this.player = player;
    this.step = new InStep(steps);
    this.problem = h('p');
    this.problemBox = h('div', { class: 'film-problem', role: 'status', hidden: true }, this.problem,
      h('button', { type: 'button', class: 'button', onclick: () => player.again() }, t('Try again')));
    this.hear = h('button', { type: 'button', class: 'button primary large film-hear', hidden: true, onclick: () => player.hear() }, icon('loud'), t('Tap to hear'));
    this.playButton = h('button', { type: 'button', class: 'icon-button', onclick: () => this.toggle() }, icon('play'));
    this.slider = h('input', { type: 'range', class: 'film-slider', min: 0, max: 1, step: 0.1, value: 0, 'aria-label': t('Place in the film') });
    this.time = h('span', { class: 'film-time' });
    this.mute = h('button', { type: 'button', class: 'icon-button', onclick: () => this.#toggleSound() }, icon('loud'));
    this.controls = h('div', { class: 'film-controls' }, this.playButton, this.slider, this.time, this.mute);
    this.element = h('div', { class: 'film' }, h('div', { class: 'film-box' }, player.element, this.problemBox, this.hear), this.controls);
    this.slider.addEventListener('input', () => { this.#dragging = true; this.#draw(); });
    this.slider.addEventListener('change', () => this.#sought());
    player.onchange = () => this.#look();
    this.timer = setInterval(() => this.#look(), LOOK_EVERY_MS);
  }

  /** @param {Showing} showing @param {boolean} leads */
  update(showing, leads) {
    if (showing.at !== this.#showing.at || showing.playing !== this.#showing.playing) this.step.forget();
    this.#showing = showing;
    this.#leads = leads;
    this.#look();
  }

  /** Everybody's film, by one press. */
  toggle() {
    if (this.#leads) this.oncommand(playOrPause(this.#known, this.session.serverMs));
  }

  /** How far this page is from the server's clock, in seconds; null while it is loading or not playing. For tests and the curious. */
  get drift_s() {
    return this.player.settled ? this.player.position_s - positionAt(this.#known, this.session.serverMs) : null;
  }

  close() {
    clearInterval(this.timer);
    this.player.onchange = () => {};
    this.player.close();
    this.element.remove();
  }

  /** With the length that the player knows, where the server does not. @returns {Showing} */
  get #known() {
    const showing = this.#showing;
    return showing.duration_s === null ? { ...showing, duration_s: this.player.duration_s } : showing;
  }

  #look() {
    const { player } = this;
    const nowMs = performance.now();
    const known = this.#known;
    const serverMs = this.session.serverMs;
    const playing = known.playing && !isOver(known, serverMs);
    player.run(playing);
    const { rate, jump_s } = this.step.correct({ wanted_s: positionAt(known, serverMs), have_s: player.position_s, playing, settled: player.settled, nowMs });
    player.setRate(rate);
    if (jump_s !== null) player.seek(jump_s);
    this.#draw();
  }

  #sought() {
    this.#dragging = false;
    if (this.#leads) this.oncommand({ type: 'seek', position_s: Number(this.slider.value) });
  }

  #toggleSound() {
    if (this.player.silenced) this.player.hear();
    else this.player.setMuted(!this.player.muted);
    this.#draw();
  }

  #draw() {
    const { player } = this;
    const known = this.#known;
    const serverMs = this.session.serverMs;
    const running = known.playing && !isOver(known, serverMs);
    const position_s = this.#dragging ? Number(this.slider.value) : positionAt(known, serverMs);
    this.element.dataset.state = running ? 'playing' : 'paused';
    this.playButton.hidden = !this.#leads;
    setIcon(this.playButton, running ? 'pause' : 'play');
    label(this.playButton, running ? t('Pause for everybody') : t('Play for everybody'));
    this.slider.disabled = !this.#leads;
    this.slider.max = String(known.duration_s ?? Math.max(1, position_s));
    if (!this.#dragging) this.slider.value = String(position_s);
    const text = known.duration_s === null ? filmTime(position_s) : `${filmTime(position_s)} / ${filmTime(known.duration_s)}`;
    setText(this.time, text);
    this.slider.setAttribute('aria-valuetext', text);
    const silent = player.muted || player.silenced;
    setIcon(this.mute, silent ? 'silent' : 'loud');
    label(this.mute, silent ? t('Hear the film') : t('Silence the film for me'));
    this.hear.hidden = !player.silenced || player.problem !== '';
    setText(this.problem, player.problem);
    this.problemBox.hidden = player.problem === '';
  }
}

/** @param {HTMLElement} button @param {string} words */
function label(button, words) {
  if (button.title === words) return;
  button.title = words;
  button.setAttribute('aria-label', words);
}
