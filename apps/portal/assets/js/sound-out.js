/** Plays the received sound on the chosen speaker. */

/** @import {Media} from './media.js' */

export class SoundOut {
  /** The browser waits for a gesture before it plays. @type {() => void} */
  onblocked = () => {};

  /** @type {Map<string, HTMLAudioElement>} */
  #outs = new Map();
  #speaker = '';

  /** @param {Media} media */
  update(media) {
    const sounds = media.sounds;
    for (const [mid, track] of sounds) {
      const out = this.#outs.get(mid) ?? this.#make(mid);
      const playing = out.srcObject instanceof MediaStream && out.srcObject.getTracks()[0] === track;
      if (playing) continue;
      out.srcObject = new MediaStream([track]);
      out.play().catch((error) => error.name === 'NotAllowedError' && this.onblocked());
    }
    if (sounds.size === 0) for (const out of this.#outs.values()) out.srcObject = null;
  }

  /** After a gesture of the person. */
  unblock() {
    for (const out of this.#outs.values()) if (out.srcObject) void out.play().catch(() => {});
  }

  /** @param {string} id Empty for the system's own choice. */
  useSpeaker(id) {
    if (id === this.#speaker) return;
    this.#speaker = id;
    for (const out of this.#outs.values()) this.#route(out);
  }

  /** @param {string} mid */
  #make(mid) {
    const out = new Audio();
    out.autoplay = true;
    this.#outs.set(mid, out);
    this.#route(out);
    return out;
  }

  /** @param {HTMLAudioElement} out */
  #route(out) {
    if ('setSinkId' in out) void out.setSinkId(this.#speaker).catch(() => {}); // unplugged: the system's own choice goes on
  }
}
