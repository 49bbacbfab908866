/**
 * The WebSocket of docs/protocol.md: says hello, notices silence, comes back by itself. Knows no page.
 *
 * @import {ServerMessage} from './messages.js'
 * @import {Timers} from './awake-timers.js'
 * @typedef {'connecting' | 'open' | 'lost' | 'closed'} ConnectionState
 * @typedef {Pick<WebSocket, 'send' | 'close' | 'readyState'> & {
 *   onopen: ((event: any) => void) | null, onclose: ((event: any) => void) | null,
 *   onmessage: ((event: any) => void) | null, onerror: ((event: any) => void) | null}} SocketLike
 * @typedef {{socket: SocketLike, saidHello: boolean, heard: string[]}} Early A socket that was opened before this module had loaded, whether it said
 *   `hello` already, and what it has heard since.
 * @typedef {object} ConnectionOptions
 * @property {string} url
 * @property {() => Record<string, unknown>} hello Makes the first message anew at each connection.
 * @property {(url: string) => SocketLike} [createSocket]
 * @property {() => number} [nowMs]
 * @property {() => number} [random] In [0, 1).
 * @property {Timers} [timers]
 */

import { awakeTimers, PLAIN_TIMERS } from './awake-timers.js';

/** Seconds before each attempt to come back; the last repeats. It is small enough for "media within 5 s of the network's return". */
export const RECONNECT_DELAYS_S = [0, 0.3, 0.8, 1.2, 1.6, 1.6, 1.6, 2, 2, 3.6];
export const RECONNECT_JITTER_S = 0.8; // so that a room full of browsers doesn't come back in one instant
export const PING_INTERVAL_S = 4;
export const SILENCE_LIMIT_S = 12; // docs/protocol.md: hear nothing that long and open a new socket
export const OPEN_LIMIT_S = 5; // an attempt that hangs longer is given up
export const PROBE_LIMIT_S = 1.2; // at a hint that the network changed; an answer takes a round trip
const OPEN = 1; // WebSocket.OPEN, which node's tests do not have

/**
 * @param {number} attempt 0 for the first after a loss.
 * @param {() => number} random
 */
export function reconnectDelayS(attempt, random) {
  const delayS = RECONNECT_DELAYS_S[Math.min(attempt, RECONNECT_DELAYS_S.length - 1)] ?? 0;
  return attempt === 0 ? delayS : delayS + random() * RECONNECT_JITTER_S;
}

export class Connection {
  /** @type {(message: ServerMessage) => void} */
  onmessage = () => {};
  /** @type {(state: ConnectionState) => void} */
  onstate = () => {};
  /** @type {ConnectionState} */
  state = 'closed';
  /** Attempts in a row that never got a message; a page may ask the server by other ways when it grows. */
  attempts = 0;
  /** When the line was lost last, on `nowMs`: when it was closed, or, where it fell silent, when it was last heard. */
  lostAtMs = 0;

  /** @type {SocketLike | null} */
  #socket = null;
  /** @type {any} */
  #retryTimer = null;
  /** @type {any} */
  #watchTimer = null;
  /** @type {any} */
  #probeTimer = null;
  #heardAtMs = 0;

  /** @param {ConnectionOptions} options */
  constructor(options) {
    this.options = options;
    this.createSocket = options.createSocket ?? ((/** @type {string} */ url) => /** @type {SocketLike} */ (new WebSocket(url)));
    this.nowMs = options.nowMs ?? (() => performance.now());
    this.random = options.random ?? Math.random;
    this.timers = options.timers ?? PLAIN_TIMERS;
    this.limits = awakeTimers(this.timers, this.nowMs);
  }

  /** @param {Early} [early] */
  open(early) {
    this.#clear();
    this.attempts = 0;
    this.#connect(early);
  }

  /** Ends it for good; a later `open` begins anew. */
  close() {
    this.#clear();
    this.#change('closed');
  }

  /** Try now: the browser says that it is online again, or the page came back to the front. */
  retryNow() {
    if (this.state !== 'lost') return;
    this.timers.clear(this.#retryTimer);
    this.#connect();
  }

  /** The network may have changed: an answer must come soon, or a new socket is opened; TCP itself would wait for minutes. */
  probe() {
    this.retryNow();
    const socket = this.#socket;
    if (this.state !== 'open' || !socket || this.#probeTimer !== null) return;
    const askedAtMs = this.nowMs();
    this.ping();
    this.#probeTimer = this.limits.set(() => {
      this.#probeTimer = null;
      if (this.#heardAtMs <= askedAtMs) this.#lost(socket);
    }, PROBE_LIMIT_S * 1000);
  }

  /**
   * @param {Record<string, unknown>} message
   * @returns {boolean} Whether it went out; nothing is kept for later.
   */
  send(message) {
    if (!this.#socket || this.#socket.readyState !== OPEN) return false;
    this.#socket.send(JSON.stringify(message));
    return true;
  }

  /** Ask for a sign of life; the `pong` tells the server's time. */
  ping() {
    this.send({ type: 'ping', at: Math.round(this.nowMs()) });
  }

  /** @param {Early} [early] */
  #connect(early) {
    this.#change('connecting');
    const socket = early?.socket ?? this.createSocket(this.options.url);
    this.#socket = socket;
    this.#heardAtMs = this.nowMs();
    socket.onopen = () => this.#opened();
    socket.onmessage = (event) => this.#heard(String(event.data));
    socket.onclose = () => this.#lost(socket);
    socket.onerror = () => {}; // `close` follows
    if (socket.readyState === OPEN && early?.saidHello) this.#watch(SILENCE_LIMIT_S);
    else if (socket.readyState === OPEN) this.#opened();
    else if (socket.readyState < OPEN) this.#watch(OPEN_LIMIT_S);
    for (const text of early?.heard ?? []) if (socket === this.#socket) this.#heard(text);
    if (socket.readyState > OPEN) this.#lost(socket);
  }

  #opened() {
    this.#heardAtMs = this.nowMs();
    this.send({ type: 'hello', ...this.options.hello() });
    this.#watch(SILENCE_LIMIT_S);
  }

  /** @param {string} text */
  #heard(text) {
    this.#heardAtMs = this.nowMs();
    this.attempts = 0;
    if (this.state !== 'open') this.#change('open');
    /** @type {ServerMessage} */
    const message = JSON.parse(text);
    if (message.type === 'refused' || message.type === 'closed') this.close();
    this.onmessage(message);
  }

  /**
   * Ping while something is heard; give the socket up after `limitS` of silence.
   *
   * @param {number} limitS
   */
  #watch(limitS) {
    this.limits.clear(this.#watchTimer);
    const waitS = Math.min(PING_INTERVAL_S, limitS);
    this.#watchTimer = this.limits.set(() => {
      const socket = this.#socket;
      if (!socket) return;
      if (this.nowMs() - this.#heardAtMs >= limitS * 1000) {
        this.#lost(socket);
        return;
      }
      this.ping();
      this.#watch(limitS);
    }, waitS * 1000);
  }

  /** @param {SocketLike} socket */
  #lost(socket) {
    if (socket !== this.#socket || this.state === 'closed') return;
    this.lostAtMs = socket.readyState > OPEN ? this.nowMs() : this.#heardAtMs;
    this.#clear();
    this.#change('lost');
    const delayS = reconnectDelayS(this.attempts, this.random);
    this.attempts += 1;
    this.#retryTimer = this.timers.set(() => this.#connect(), delayS * 1000);
  }

  #clear() {
    this.timers.clear(this.#retryTimer);
    this.limits.clear(this.#watchTimer);
    this.limits.clear(this.#probeTimer);
    this.#probeTimer = null;
    const socket = this.#socket;
    this.#socket = null;
    if (!socket) return;
    socket.onopen = socket.onclose = socket.onmessage = socket.onerror = null;
    socket.close();
  }

  /** @param {ConnectionState} state */
  #change(state) {
    if (state === this.state) return;
    this.state = state;
    this.onstate(state);
  }
}
