/**
 * YouTube's player in a frame, as `FilmView` plays it.
 *
 * @import {Player} from './video-player.js'
 */

import { h } from './dom.js';
import { t } from './i18n.js';
import { embedAddress, PLAYER_STATE, YOUTUBE_ORIGIN, YoutubePlayer } from './youtube-player.js';

const GREET_EVERY_MS = 400;
const UNREACHABLE_MS = 12_000;
const PLAY_AGAIN_MS = 1500;
const SILENT_AFTER_MS = 3500; // asked to play and does not: the browser wants it without sound, or a press

/** @implements {Player} */
export class YoutubeView {
  onchange = () => {};
  silenced = false;
  muted = false;

  #unreachable = false;
  #beganAtMs = performance.now();
  #askedAtMs = -Infinity;
  #wantedAtMs = -Infinity;

  /** @param {string} video @param {string} title */
  constructor(video, title) {
    // Only the origin is told, which YouTube asks for; never the path, which names the room.
    this.frame = h('iframe', {
      class: 'film-frame', title, src: embedAddress(video, location.origin), allow: 'autoplay; encrypted-media', referrerpolicy: 'strict-origin',
      sandbox: 'allow-scripts allow-same-origin', tabindex: -1,
    });
    this.element = h('div', { class: 'film-picture' }, this.frame);
    this.player = new YoutubePlayer((text, origin) => this.frame.contentWindow?.postMessage(text, origin));
    this.player.onchange = () => this.#heard();
    this.listener = (/** @type {MessageEvent} */ event) => {
      if (event.source === this.frame.contentWindow && event.origin === YOUTUBE_ORIGIN) this.player.hear(event.data);
    };
    window.addEventListener('message', this.listener);
    this.greeting = setInterval(() => this.#greet(), GREET_EVERY_MS);
  }

  get position_s() { return this.player.position_s; }
  get duration_s() { return this.player.duration_s; }

  get settled() {
    const { ready, state } = this.player;
    return ready && (state === PLAYER_STATE.playing || state === PLAYER_STATE.paused);
  }

  get problem() {
    const { error } = this.player;
    if (error === 100) return t('This video no longer exists on YouTube, or it is private.');
    if (error === 101 || error === 150) return t('The owner of this video does not let other sites show it.');
    if (error) return t('YouTube cannot play this video here.');
    return this.#unreachable ? t('YouTube could not be reached from here. Your network may not let it through.') : '';
  }

  /** @param {boolean} on */
  run(on) {
    const { state, ready } = this.player;
    const nowMs = performance.now();
    if (!ready) return;
    if (!on) {
      this.#wantedAtMs = -Infinity;
      if (state === PLAYER_STATE.playing || state === PLAYER_STATE.buffering) this.#ask(nowMs, () => this.player.pause());
      return;
    }
    if (state === PLAYER_STATE.playing || state === PLAYER_STATE.buffering) return;
    if (this.#wantedAtMs === -Infinity) this.#wantedAtMs = nowMs;
    if (nowMs - this.#wantedAtMs > SILENT_AFTER_MS && !this.silenced) this.#silence();
    this.#ask(nowMs, () => this.player.play());
  }

  /** @param {number} nowMs @param {() => void} work */
  #ask(nowMs, work) {
    if (nowMs - this.#askedAtMs < PLAY_AGAIN_MS) return;
    this.#askedAtMs = nowMs;
    work();
  }

  /** Without sound it may play; until somebody presses, presses reach the player too. */
  #silence() {
    this.silenced = true;
    this.player.mute();
    this.element.classList.add('open');
    this.onchange();
  }

  /** @param {number} position_s */
  seek(position_s) {
    this.#askedAtMs = -Infinity;
    this.player.seek(position_s);
  }

  /** @param {number} rate */
  setRate(rate) {
    this.player.setRate(rate);
  }

  /** @param {boolean} muted */
  setMuted(muted) {
    this.muted = muted;
    if (muted || this.silenced) this.player.mute();
    else this.player.unmute();
  }

  hear() {
    this.silenced = false;
    this.element.classList.remove('open');
    this.#wantedAtMs = -Infinity;
    this.setMuted(this.muted);
    this.player.play();
    this.onchange();
  }

  again() {
    this.#unreachable = false;
    this.player.error = 0;
    this.player.ready = false;
    this.#beganAtMs = performance.now();
    this.frame.src = this.frame.src; // loads it anew
    this.onchange();
  }

  close() {
    clearInterval(this.greeting);
    window.removeEventListener('message', this.listener);
    this.element.remove();
  }

  #greet() {
    if (this.player.ready) return;
    this.player.greet();
    if (this.#unreachable || performance.now() - this.#beganAtMs < UNREACHABLE_MS) return;
    this.#unreachable = true;
    this.onchange();
  }

  #heard() {
    if (this.player.ready && this.#unreachable) this.#unreachable = false;
    if (this.player.state === PLAYER_STATE.playing) this.#wantedAtMs = -Infinity;
    this.onchange();
  }
}
