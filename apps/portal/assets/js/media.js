/**
 * The peer connection of docs/protocol.md, "Media": answers the server's offer, switches tracks, maps slots to tracks. Knows no page.
 *
 * @import {Offer, Slots, Source, TrackRef} from './messages.js'
 */

import { awakeTimers } from './awake-timers.js';
import { Figures } from './figures.js';
import { setRates } from './layers.js';
import { carries, QUIET_LIMIT_MS, Silence } from './path-watch.js';
import { Patience, wait } from './patience.js';

/** Send lines by `a=mid`; they come first in every offer. @type {Readonly<Record<string, Source>>} */
export const SEND_MIDS = { mic: 'microphone', cam: 'camera', scr: 'screen', sca: 'screen_audio' };
export const AUDIO_SLOT_MIDS = ['a0', 'a1', 'a2', 'a3'];
export const STAGE_MID = 'v0';
export const THUMBNAIL_COUNT = 8;
export const DISCONNECTED_LIMIT_MS = 1000; // ICE had no answer for seconds before; longer, and a new transport is asked for
export const SILENT_LOOKS = 2; // a second each
export const BLOCKED_AFTER_MS = 8000; // a connection takes less than one second, a slow one three

/** One peer connection and what its receive lines carry. */
export class Transport {
  /** @type {Map<string, MediaStreamTrack>} */
  tracks = new Map();
  /** @type {Slots} */
  slots = {};
  /** Simulcast layers that the server wants, by source. @type {Map<Source, readonly string[]>} */
  layers = new Map();
  /** What the server wants a source to be sent in. @type {Map<Source, string>} */
  codecs = new Map();
  answered = false;

  /** @param {string} id @param {RTCPeerConnection} pc */
  constructor(id, pc) {
    this.id = id;
    this.pc = pc;
  }

  /** @param {Source} source @param {MediaStreamTrack | null} track */
  async put(source, track) {
    const line = this.pc.getTransceivers().find((one) => one.mid !== null && SEND_MIDS[one.mid] === source);
    if (line) await line.sender.replaceTrack(track);
  }

  /** The mid of the slot that carries a track now, or null. @param {TrackRef} wanted @param {(mid: string) => boolean} fits */
  midOf(wanted, fits) {
    for (const [mid, ref] of Object.entries(this.slots)) {
      if (ref && fits(mid) && ref.participant === wanted.participant && ref.source === wanted.source) return mid;
    }
    return null;
  }
}

export class Media {
  /** Something that a page shows changed: tracks, slots, or the connection's state. @type {() => void} */
  onchange = () => {};
  /** ICE or DTLS gave up: the server should be asked for a new offer. @type {() => void} */
  onfailed = () => {};
  /** Nothing comes by the path any more: perhaps nothing else does either. @type {() => void} */
  onsilent = () => {};
  /** @type {Transport | null} */
  current = null;
  /** An answer is being made: a page that waits with drawing gets its first picture sooner. */
  answering = false;
  /** Offers were answered for a while and nothing connects: the network lets no media through. */
  blocked = false;
  /** For what should come by the path. */
  limits = awakeTimers();

  /** @type {Transport | null} */
  #next = null;
  /** @type {Map<Source, MediaStreamTrack>} */
  #sending = new Map();
  /** @type {Map<string, Slots>} Slots can arrive before their transport is the current one. */
  #slots = new Map();
  /** @type {any} */
  #disconnectedTimer = null;
  /** It still says that it is connected, but nothing comes by it. @type {Transport | null} */
  #dead = null;
  #suspecting = false;
  /** @type {any} */
  #blockedTimer = null;
  #silence = new Silence();
  #patience = new Patience();

  /**
   * @param {object} options
   * @param {(message: Record<string, unknown>) => boolean} options.send
   * @param {(configuration: RTCConfiguration) => RTCPeerConnection} [options.createPeerConnection]
   * @param {() => Promise<void>} [options.waitQuiet] Ends after `QUIET_LIMIT_MS`.
   * @param {number} [options.blockedAfterMs]
   */
  constructor({
    send,
    createPeerConnection = (configuration) => new RTCPeerConnection(configuration),
    waitQuiet = () => new Promise((resolve) => this.limits.set(resolve, QUIET_LIMIT_MS)),
    blockedAfterMs = BLOCKED_AFTER_MS,
  }) {
    this.blockedAfterMs = blockedAfterMs;
    this.send = send;
    this.waitQuiet = waitQuiet;
    this.figures = new Figures(send, (stats) => this.#looked(stats));
    this.createPeerConnection = createPeerConnection;
  }

  /** Id of a transport that still carries media, for `hello`; null if there is none. */
  get liveTransport() {
    return this.current && this.current !== this.#dead && this.current.pc.connectionState === 'connected' ? this.current.id : null;
  }

  /** Id of the transport that messages are about: the newest that was answered. */
  get transport() {
    return (this.#next?.answered ? this.#next : this.current)?.id ?? null;
  }

  /** @returns {'none' | RTCPeerConnectionState} */
  get state() {
    return this.current?.pc.connectionState ?? 'none';
  }

  /**
   * Answer an offer on a fresh peer connection; the old one goes once the new one is connected.
   *
   * @param {Offer} offer
   * @param {RTCIceServer[]} iceServers
   */
  async accept(offer, iceServers) {
    this.answering = true;
    try {
      const pc = await this.#answer(offer, iceServers);
      const transport = [this.current, this.#next].find((one) => one?.pc === pc);
      void setRates(pc, transport?.layers, transport?.codecs);
    } finally {
      this.answering = false;
      this.onchange();
    }
  }

  /** @param {Offer} offer @param {RTCIceServer[]} iceServers */
  async #answer(offer, iceServers) {
    this.#next?.pc.close();
    const pc = this.createPeerConnection({ iceServers, bundlePolicy: 'max-bundle' });
    const transport = new Transport(offer.transport, pc);
    this.#next = transport;
    pc.ontrack = ({ track, transceiver }) => {
      if (transceiver.mid) transport.tracks.set(transceiver.mid, track);
      if (transport === this.current) this.onchange();
    };
    pc.onconnectionstatechange = () => this.#connectionChanged(transport);
    await pc.setRemoteDescription({ type: 'offer', sdp: offer.sdp });
    await Promise.all(pc.getTransceivers().map((line) => this.#prepare(line)));
    await pc.setLocalDescription(); // makes the answer itself, one step fewer than createAnswer
    if (transport !== this.#next) return pc; // a newer offer came meanwhile
    this.send({ type: 'answer', transport: transport.id, sdp: pc.localDescription?.sdp ?? '' });
    transport.answered = true;
    transport.slots = this.#slots.get(transport.id) ?? {};
    if (!this.current) this.#promote(transport);
    if (this.state !== 'connected') this.#blockedTimer ??= this.limits.set(() => this.#tellBlocked(this.state !== 'connected'), this.blockedAfterMs);
    return pc;
  }

  /**
   * Send a track from now on, or nothing; what goes out on a line that the server keeps shut is dropped there.
   *
   * @param {Source} source
   * @param {MediaStreamTrack | null} track
   */
  async put(source, track) {
    if (track) this.#sending.set(source, track);
    else this.#sending.delete(source);
    await Promise.all([this.current, this.#next].map((one) => one?.put(source, track)));
  }

  /** @param {string} transport @param {Slots} slots */
  setSlots(transport, slots) {
    const merged = { ...this.#slots.get(transport), ...slots };
    this.#slots = new Map([...this.#slots, [transport, merged]].slice(-2).map((pair) => /** @type {[string, Slots]} */ (pair)));
    for (const one of [this.current, this.#next]) if (one?.id === transport) one.slots = merged;
    this.onchange();
  }

  /** Encode these simulcast layers of a source and no others. @param {string} transport @param {Source} source @param {string[]} rids */
  setLayers(transport, source, rids) {
    for (const one of [this.current, this.#next]) {
      if (one?.id !== transport) continue;
      one.layers.set(source, rids);
      setRates(one.pc, one.layers, one.codecs);
    }
  }

  /** Send a source in this codec, such as `av1`, where the browser can choose. @param {string} transport @param {Source} source @param {string} codec */
  setCodec(transport, source, codec) {
    for (const one of [this.current, this.#next]) {
      if (one?.id !== transport) continue;
      one.codecs.set(source, codec);
      setRates(one.pc, one.layers, one.codecs);
    }
  }

  /**
   * The received video track that shows a participant's camera or screen on the stage (`large`) or small; null while there is none.
   *
   * @param {TrackRef} wanted
   * @param {boolean} large
   */
  videoOf(wanted, large) {
    const transport = this.current;
    if (!transport) return null;
    const mid = transport.midOf(wanted, (one) => one.startsWith('v') && (one === STAGE_MID) === large);
    const track = mid ? transport.tracks.get(mid) : undefined;
    return mid && track ? { mid, track, transport: transport.id } : null;
  }

  /** The received sound, by mid. @returns {Map<string, MediaStreamTrack>} */
  get sounds() {
    return new Map([...(this.current?.tracks ?? [])].filter(([mid]) => AUDIO_SLOT_MIDS.includes(mid)));
  }

  /** Once a second. @param {any[]} stats */
  #looked(stats) {
    if (this.current) wait(this.current.pc, this.#patience.look(stats));
    const looks = this.#silence.look(stats);
    if (looks === 0 && this.#dead === this.current) this.#dead = null; // it came back by itself
    if (looks === 1) this.onsilent();
    if (looks < SILENT_LOOKS) return;
    this.#dead = this.current;
    this.onfailed();
  }

  /** The network may have changed: if nothing comes from now on, a new transport is asked for, sooner than ICE gives the old one up. */
  async suspect() {
    const transport = this.current;
    if (!transport || this.#suspecting) return;
    this.#suspecting = true;
    const alive = transport.pc.connectionState !== 'disconnected' && (await carries(transport.pc, this.waitQuiet).catch(() => true));
    this.#suspecting = false;
    if (alive || transport !== this.current || this.#next?.answered) return;
    this.#dead = transport;
    this.onfailed();
  }

  /** @param {boolean} blocked */
  #tellBlocked(blocked) {
    this.limits.clear(this.#blockedTimer);
    this.#blockedTimer = null;
    this.blocked = blocked;
    this.onchange();
  }

  close() {
    this.limits.clear(this.#disconnectedTimer);
    this.#tellBlocked(false);
    this.figures.watch(null);
    for (const one of [this.current, this.#next]) one?.pc.close();
    this.current = this.#next = null;
    this.#slots.clear();
    this.onchange();
  }

  /** @param {RTCRtpTransceiver} line */
  async #prepare(line) {
    const source = line.mid === null ? undefined : SEND_MIDS[line.mid];
    if (!source) return;
    line.direction = 'sendonly';
    const track = this.#sending.get(source);
    if (track) await line.sender.replaceTrack(track);
  }

  /** @param {Transport} transport */
  #connectionChanged(transport) {
    const state = transport.pc.connectionState;
    if (transport === this.#next && state === 'connected') this.#promote(transport);
    if (transport !== this.current && transport !== this.#next) return;
    this.limits.clear(this.#disconnectedTimer);
    if (state === 'connected' && transport === this.current && this.blocked) this.#tellBlocked(false);
    if (state === 'failed') this.onfailed();
    if (state === 'disconnected') {
      this.#disconnectedTimer = this.limits.set(() => this.onfailed(), DISCONNECTED_LIMIT_MS);
      this.onsilent();
    }
    this.onchange();
  }

  /** @param {Transport} transport */
  #promote(transport) {
    const old = this.current;
    this.current = transport;
    if (transport.pc.connectionState === 'connected') {
      this.#next = null;
      this.#tellBlocked(false);
      this.#silence = new Silence();
      this.figures.watch(transport);
      if (old && old !== transport) old.pc.close();
    }
  }
}
