/**
 * One picture with the name of whom it shows; initials while there is no picture.
 *
 * @import {TrackRef} from './messages.js'
 */

import { h, icon, initials, setText } from './dom.js';

export class Tile {
  /** A remote picture was shown in this tile. @type {() => void} */
  onframe = () => {};
  /** @type {string} */
  #bound = '';

  /** @param {TrackRef} ref @param {'stage' | 'thumbnail'} size */
  constructor(ref, size) {
    this.ref = ref;
    this.video = h('video', { playsinline: true, autoplay: true, 'aria-hidden': 'true', tabindex: -1 });
    this.video.muted = true;
    this.avatar = h('span', { class: 'avatar', 'aria-hidden': 'true' });
    this.name = h('bdi');
    this.sign = h('span', { class: 'tile-sign' });
    this.caption = h('span', { class: 'caption' }, this.sign, this.name);
    this.element = h(size === 'stage' ? 'div' : 'button', {
      class: `tile ${size} waiting`,
      'data-participant': ref.participant,
      'data-source': ref.source,
      type: size === 'stage' ? undefined : 'button',
    }, this.avatar, this.video, this.caption);
  }

  /**
   * @param {{mid: string, track: MediaStreamTrack} | null} picture A slot can change hands: the same track then shows somebody else.
   * @param {string} key Changes when the picture is of another slot, transport or owner.
   */
  show(picture, key) {
    const bound = picture ? `${key}/${picture.track.id}` : '';
    this.element.dataset.mid = picture?.mid ?? '';
    if (bound === this.#bound) return;
    this.#bound = bound;
    if (!picture) return this.#hide();
    if (!this.video.srcObject) this.element.classList.add('waiting'); // else the last picture stays until the next comes
    this.video.srcObject = new MediaStream([picture.track]);
    this.video.requestVideoFrameCallback?.(() => {
      if (bound !== this.#bound) return;
      this.element.classList.remove('waiting');
      this.onframe();
    });
    if (!this.video.requestVideoFrameCallback) this.video.onplaying = () => this.element.classList.remove('waiting');
    this.video.play().catch(() => {}); // a muted video may always play
  }

  /** @param {{name: string, me: boolean, speaking: boolean, mirrored: boolean, sign: string}} look */
  describe({ name, me, speaking, mirrored, sign }) {
    setText(this.name, name);
    setText(this.avatar, initials(name));
    this.element.classList.toggle('me', me);
    this.element.classList.toggle('speaking', speaking);
    this.element.classList.toggle('mirrored', mirrored);
    if (this.sign.dataset.sign !== sign) {
      this.sign.dataset.sign = sign;
      this.sign.replaceChildren(...(sign ? [icon(sign)] : []));
    }
  }

  #hide() {
    this.video.srcObject = null;
    this.element.classList.add('waiting');
  }

  remove() {
    this.video.srcObject = null;
    this.element.remove();
  }
}
