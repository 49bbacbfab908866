/**
 * A film from this server, as `FilmView` plays it.
 *
 * @typedef {object} Player
 * @property {HTMLElement} element
 * @property {() => void} onchange
 * @property {number} position_s
 * @property {number | null} duration_s Null until it is known.
 * @property {boolean} settled Whether `position_s` can be believed.
 * @property {boolean} silenced The browser plays it only without sound until the person presses something.
 * @property {boolean} muted The person's own wish.
 * @property {string} problem A sentence, or empty.
 * @property {(on: boolean) => void} run
 * @property {(position_s: number) => void} seek
 * @property {(rate: number) => void} setRate
 * @property {(muted: boolean) => void} setMuted
 * @property {() => void} hear After a press: with sound.
 * @property {() => void} again After a problem.
 * @property {() => void} close
 */

import { h } from './dom.js';
import { t } from './i18n.js';

const METADATA = 1;
const CURRENT_DATA = 2;
const FUTURE_DATA = 3;

/** @implements {Player} */
export class VideoPlayer {
  onchange = () => {};
  silenced = false;
  muted = false;

  #placed = false;
  #starting = false;

  /** @param {string} address @param {string} title */
  constructor(address, title) {
    const video = h('video', { class: 'film-picture', src: address, preload: 'auto', playsinline: true, disablepictureinpicture: true, 'aria-label': title });
    this.video = video;
    this.element = video;
    for (const name of ['loadedmetadata', 'canplay', 'seeked', 'error', 'ended', 'durationchange']) video.addEventListener(name, () => this.onchange());
  }

  get position_s() { return this.video.currentTime; }
  get duration_s() { return Number.isFinite(this.video.duration) ? this.video.duration : null; }

  get settled() {
    const { seeking, paused, readyState } = this.video;
    return !seeking && readyState >= (!this.#placed ? METADATA : paused ? CURRENT_DATA : FUTURE_DATA);
  }

  get problem() {
    const code = this.video.error?.code;
    if (!code) return '';
    return code === MediaError.MEDIA_ERR_NETWORK ? t('The film could not be loaded.') : t('This browser cannot play this film.');
  }

  /** @param {boolean} on */
  run(on) {
    if (!on) this.video.pause();
    else if (this.video.paused && !this.#starting && this.video.readyState >= METADATA) void this.#start();
  }

  async #start() {
    this.#starting = true;
    try {
      await this.video.play();
    } catch (error) {
      const refused = error instanceof DOMException && error.name === 'NotAllowedError';
      if (refused && !this.video.muted) {
        this.silenced = true;
        this.video.muted = true;
        await this.video.play().catch(() => {});
      }
    } finally {
      this.#starting = false;
      this.onchange();
    }
  }

  /** @param {number} position_s */
  seek(position_s) {
    this.#placed = true;
    this.video.currentTime = position_s;
  }

  /** @param {number} rate */
  setRate(rate) {
    if (this.video.playbackRate !== rate) this.video.playbackRate = rate;
  }

  /** @param {boolean} muted */
  setMuted(muted) {
    this.muted = muted;
    this.video.muted = muted || this.silenced;
  }

  hear() {
    this.silenced = false;
    this.setMuted(this.muted);
    this.onchange();
  }

  again() {
    this.#placed = false;
    this.video.load();
  }

  close() {
    this.video.pause();
    this.video.removeAttribute('src');
    this.video.load();
  }
}
