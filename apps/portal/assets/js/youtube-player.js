/**
 * Talks with YouTube's embedded player over `postMessage`; nothing of it is loaded into the page. Knows no page.
 *
 * @typedef {{currentTime?: number, duration?: number, playerState?: number, muted?: boolean, availablePlaybackRates?: number[]}} Info
 */

export const YOUTUBE_ORIGIN = 'https://www.youtube-nocookie.com';
export const PLAYER_STATE = Object.freeze({ unstarted: -1, ended: 0, playing: 1, paused: 2, buffering: 3, cued: 5 });
const VIDEO = /^[A-Za-z0-9_-]{11}$/;
const EVENTS = ['onReady', 'onStateChange', 'onError'];

/** @param {string} video @param {string} origin Of this page. */
export function embedAddress(video, origin) {
  if (!VIDEO.test(video)) throw new Error('not a video of YouTube');
  const settings = new URLSearchParams({ enablejsapi: '1', origin, playsinline: '1', controls: '0', disablekb: '1', fs: '0', rel: '0', iv_load_policy: '3' });
  return `${YOUTUBE_ORIGIN}/embed/${video}?${settings}`;
}

export class YoutubePlayer {
  /** Something is known that was not before. @type {() => void} */
  onchange = () => {};
  ready = false;
  /** YouTube's own number for what went wrong; 0 for nothing. */
  error = 0;
  state = /** @type {number} */ (PLAYER_STATE.unstarted);
  muted = false;
  /** @type {number | null} */
  duration_s = null;

  #place = { position_s: 0, atMs: 0 };
  #rate = 1;

  /**
   * @param {(text: string, origin: string) => void} post To the frame's window.
   * @param {() => number} nowMs
   */
  constructor(post, nowMs = () => performance.now()) {
    this.post = post;
    this.nowMs = nowMs;
  }

  /** Say hello until the player answers: it hears nothing before it has loaded. */
  greet() {
    this.#send({ event: 'listening' });
  }

  /** Where the film is now, reckoned on from what the player said last. */
  get position_s() {
    const running = this.state === PLAYER_STATE.playing;
    return this.#place.position_s + (running ? ((this.nowMs() - this.#place.atMs) / 1000) * this.#rate : 0);
  }

  play() { this.#do('playVideo'); }
  pause() { this.#do('pauseVideo'); }
  mute() { this.#do('mute'); }
  unmute() { this.#do('unMute'); }

  /** @param {number} position_s */
  seek(position_s) {
    this.#place = { position_s, atMs: this.nowMs() };
    this.#do('seekTo', [position_s, true]);
  }

  /** @param {number} rate */
  setRate(rate) {
    if (rate === this.#rate) return;
    this.#place = { position_s: this.position_s, atMs: this.nowMs() };
    this.#rate = rate;
    this.#do('setPlaybackRate', [rate]);
  }

  /** What came from the frame; the caller has looked at its origin. @param {unknown} raw */
  hear(raw) {
    const message = parsed(raw);
    if (!message) return;
    if (!this.ready && ['onReady', 'initialDelivery', 'infoDelivery'].includes(message.event)) this.#begin();
    if (message.event === 'onError') this.error = typeof message.info === 'number' ? message.info : 1;
    if (message.event === 'onStateChange' && typeof message.info === 'number') this.#learn({ playerState: message.info });
    if ((message.event === 'infoDelivery' || message.event === 'initialDelivery') && message.info) this.#learn(message.info);
    this.onchange();
  }

  #begin() {
    this.ready = true;
    for (const name of EVENTS) this.#do('addEventListener', [name]);
  }

  /** @param {Info} info */
  #learn(info) {
    if (typeof info.playerState === 'number') {
      this.#place = { position_s: this.position_s, atMs: this.nowMs() };
      this.state = info.playerState;
    }
    if (typeof info.currentTime === 'number') this.#place = { position_s: info.currentTime, atMs: this.nowMs() };
    if (typeof info.duration === 'number' && info.duration > 0) this.duration_s = info.duration;
    if (typeof info.muted === 'boolean') this.muted = info.muted;
  }

  /** @param {string} func @param {unknown[]} [args] */
  #do(func, args = []) {
    this.#send({ event: 'command', func, args });
  }

  /** @param {Record<string, unknown>} message */
  #send(message) {
    this.post(JSON.stringify({ ...message, id: 1, channel: 'widget' }), YOUTUBE_ORIGIN);
  }
}

/** @param {unknown} raw @returns {{event: string, info?: any} | null} */
function parsed(raw) {
  if (typeof raw !== 'string') return null;
  try {
    const message = JSON.parse(raw);
    return message && typeof message.event === 'string' ? message : null;
  } catch {
    return null;
  }
}
