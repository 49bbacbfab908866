/**
 * One person's part in a session, without a page: connection, state, media and commands together.
 *
 * @import {ServerMessage, Welcome, RoomEvent, Command, Quality, TrackRef, Participant} from './messages.js'
 * @import {RoomState} from './store.js'
 * @import {ConnectionOptions, Early} from './protocol.js'
 *
 * @typedef {'outside' | 'connecting' | 'waiting' | 'inside' | 'reconnecting' | 'over'} Phase
 * @typedef {{reason: string, by: string | null, go: string | null, message: string}} Ending
 * @typedef {{ok: true} | {ok: false, code: string, message: string}} Answer
 * @typedef {{message: ServerMessage, event?: undefined} | {event: RoomEvent, before: RoomState, after: RoomState, message?: undefined}} News
 *
 * @typedef {object} SessionOptions
 * @property {string} url Of the WebSocket.
 * @property {string} device
 * @property {string} tab Random id of this tab, the same after a reload.
 * @property {string | null} [session] Known from before a reload.
 * @property {number} [reconnectedTimes]
 * @property {Partial<ConnectionOptions>} [connection]
 * @property {(configuration: RTCConfiguration) => RTCPeerConnection} [createPeerConnection]
 * @property {() => Promise<void>} [waitQuiet]
 */

import { Connection } from './protocol.js';
import { Media } from './media.js';
import { prepared } from './presenting.js';
import { ServerClock } from './server-clock.js';
import { fold, stateFrom } from './store.js';

const NEW_TRANSPORT_EVERY_MS = 3000;
const COMMAND_LIMIT_MS = 8000; // longer, and the person is told that it did not arrive

export class Session {
  /** Anything that a page shows may have changed. @type {() => void} */
  onchange = () => {};
  /** One event or message, as it happened. @type {(news: News) => void} */
  onnews = () => {};
  /** Events that the state holds already, asked for by `since`. @type {(events: RoomEvent[]) => void} */
  onpast = () => {};

  /** @type {Phase} */
  phase = 'outside';
  /** @type {RoomState | null} */
  state = null;
  me = '';
  /** @type {string | null} */
  session;
  /** @type {{title: string, starts_at: string | null} | null} */
  waitingFor = null;
  /** @type {Ending | null} */
  ending = null;
  /** @type {string[]} */
  speakers = [];
  /** @type {Readonly<Record<string, Quality>>} */
  quality = {};
  /** Whether what a person sends reaches the tape; the recording's view says it. @type {(id: string) => import('./recording-store.js').Light[]} */
  tapeLights = () => [];
  /** The server's time; films run by it. */
  clock = new ServerClock();

  /** @type {RTCIceServer[]} */
  #iceServers = [];
  #lastCommand = 0;
  /** @type {Map<number, (answer: Answer) => void>} */
  #asked = new Map();
  #wantsSince = false;
  #askedTransportAtMs = -Infinity;
  /** @type {any} */
  #transportTimer = null;

  /** @param {SessionOptions} options */
  constructor(options) {
    this.options = options;
    this.session = options.session ?? null;
    this.connection = new Connection({ ...options.connection, url: options.url, hello: () => this.#hello() });
    this.connection.onmessage = (message) => this.#receive(message);
    this.connection.onstate = (state) => this.#connectionChanged(state);
    this.media = new Media({
      send: (message) => this.connection.send(message),
      createPeerConnection: options.createPeerConnection,
      waitQuiet: options.waitQuiet,
    });
    this.media.onfailed = () => this.#newTransport();
    this.media.onsilent = () => this.connection.probe();
  }

  /** The participant that this person is, once seated. @returns {Participant | null} */
  get self() {
    return this.state?.participants.get(this.me) ?? null;
  }

  /** Milliseconds since 1970 on the server's clock. */
  get serverMs() {
    return this.clock.at(this.connection.nowMs());
  }

  /** @param {Early} [early] A connection that was begun before this module had loaded. */
  enter(early) {
    this.ending = null;
    this.#setPhase('connecting');
    this.connection.open(early);
  }

  /**
   * Ask the server for something.
   *
   * @param {Command} command
   * @returns {Promise<Answer>}
   */
  command(command) {
    const id = (this.#lastCommand += 1);
    return new Promise((resolve) => {
      const timer = this.connection.limits.set(() => this.#answered(id, { ok: false, code: 'no_answer', message: '' }), COMMAND_LIMIT_MS);
      this.#asked.set(id, (answer) => {
        this.connection.limits.clear(timer);
        resolve(answer);
      });
      if (!this.connection.send({ type: 'command', id, command })) {
        this.#answered(id, { ok: false, code: 'not_connected', message: '' });
      }
    });
  }

  /** The browser says that its network changed: find out at once what still works, on both ways to the server. */
  networkChanged() {
    this.connection.probe();
    void this.media.suspect();
  }

  /** Say what this tab shows. @param {{stage: TrackRef | null, thumbnails: TrackRef[], stage_height_px: number, thumbnail_height_px: number}} view */
  sendView(view) {
    const transport = this.media.transport;
    return transport !== null && this.connection.send({ type: 'view', transport, ...view });
  }

  /** Show everybody where this person points on the page; null: nowhere. @param {{x: number, y: number} | null} place */
  point(place) {
    this.connection.send({ type: 'point', x: place?.x ?? null, y: place?.y ?? null });
  }

  /** Press *Disconnect*: the server says `closed`; if it can't be reached, it is over here all the same. */
  async leave() {
    const answer = await this.command({ type: 'leave' });
    if (!answer.ok && this.phase !== 'over') this.end({ reason: 'left', by: null, go: null, message: '' });
  }

  /** @param {Ending} ending */
  end(ending) {
    this.ending = ending;
    clearTimeout(this.#transportTimer);
    this.connection.close();
    this.media.close();
    this.state = null;
    this.session = null;
    for (const id of [...this.#asked.keys()]) this.#answered(id, { ok: false, code: 'not_connected', message: '' });
    this.#setPhase('over');
  }

  #hello() {
    return {
      device: this.options.device,
      tab: this.options.tab,
      since: this.state?.number ?? null,
      session: this.session,
      transport: this.media.liveTransport,
    };
  }

  /** @param {import('./protocol.js').ConnectionState} state */
  #connectionChanged(state) {
    if (state === 'lost') {
      this.speakers = []; // who spoke last is not who speaks now
      void this.media.suspect();
      this.#setPhase(this.phase === 'inside' ? 'reconnecting' : this.phase);
    }
    this.onchange();
  }

  /** @param {ServerMessage} message */
  #receive(message) {
    switch (message.type) {
      case 'welcome': this.#welcome(message); break;
      case 'waiting':
        this.waitingFor = message.room;
        this.#setPhase('waiting');
        break;
      case 'refused': this.end({ reason: message.code, by: null, go: null, message: message.message }); break;
      case 'closed': this.end(message); break;
      case 'events': this.#events(message.events); break;
      case 'done': this.#answered(message.id, { ok: true }); break;
      case 'denied': this.#answered(message.id, { ok: false, code: message.code, message: message.message }); break;
      case 'offer':
        this.#iceServers = message.ice_servers ?? this.#iceServers;
        this.#accept(message);
        break;
      case 'slots': this.media.setSlots(message.transport, message.slots); break;
      case 'layers': this.media.setLayers(message.transport, message.source, message.rids); break;
      case 'codec': this.media.setCodec(message.transport, message.source, message.codec); break;
      case 'speakers': this.speakers = message.participants; break;
      case 'quality': this.quality = message.participants; break;
      case 'pong': this.clock.hear(message.now, this.connection.nowMs(), message.at); break;
      case 'tender': if (this.state) this.state = { ...this.state, tender: message.tender }; break;
      case 'presentation': if (this.state) this.state = prepared(this.state, message.presentation); break;
    }
    this.onnews({ message });
    this.onchange();
  }

  /** @param {Welcome} message */
  #welcome(message) {
    this.me = message.you;
    this.clock.hear(message.now, this.connection.nowMs());
    this.connection.ping();
    this.#iceServers = message.ice_servers;
    this.state = stateFrom(message.snapshot);
    this.session = message.snapshot.session;
    this.#wantsSince = false;
    if (message.offer) this.#accept(message.offer);
    else if (this.media.liveTransport === null && !this.state.tender?.apart) this.#newTransport();
    this.#setPhase('inside');
  }

  /** @param {{transport: string, sdp: string}} offer */
  #accept(offer) {
    this.media.accept(offer, this.#iceServers).catch((error) => {
      console.error('offer_refused', error);
      this.#newTransport();
    });
  }

  /** @param {RoomEvent[]} events */
  #events(events) {
    const known = this.state?.number ?? 0;
    const past = events.filter((event) => event.number <= known);
    if (past.length) this.onpast(past);
    for (const event of events) {
      const before = this.state;
      if (!before || event.number <= before.number) continue;
      const first = event.type === 'hidden' ? event.since ?? event.number : event.number; // hidden neighbours come as one
      if (first > before.number + 1) {
        if (!this.#wantsSince) this.connection.send({ type: 'since', number: before.number });
        this.#wantsSince = true;
        return;
      }
      const after = fold(before, event);
      this.state = after;
      this.#wantsSince = false;
      this.onnews({ event, before, after });
    }
  }

  /** @param {number} id @param {Answer} answer */
  #answered(id, answer) {
    this.#asked.get(id)?.(answer);
    this.#asked.delete(id);
  }

  /** Ask for a fresh offer, at most every 3 s: building a transport takes about one. */
  #newTransport() {
    const waitMs = this.#askedTransportAtMs + NEW_TRANSPORT_EVERY_MS - performance.now();
    clearTimeout(this.#transportTimer);
    if (waitMs > 0) {
      this.#transportTimer = setTimeout(() => this.media.liveTransport === null && this.#newTransport(), waitMs);
      return;
    }
    if (this.connection.send({ type: 'new_transport' })) this.#askedTransportAtMs = performance.now();
  }

  /** @param {Phase} phase */
  #setPhase(phase) {
    if (phase === this.phase) return;
    this.phase = phase;
    this.onchange();
  }
}
