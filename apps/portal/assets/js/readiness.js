/**
 * The check of a computer (F7): devices, a real transport to the media core, the uplink. It asks for devices only when the person presses.
 *
 * @import {DeviceProblem} from './media-devices.js'
 * @typedef {'works' | 'silent' | 'refused' | 'missing' | 'failed' | 'skipped'} DeviceState
 * @typedef {{type: 'offer', transport: string, sdp: string, ice_servers: RTCIceServer[]} | {type: 'no_media'} | {type: 'got', bytes: number}
 *   | {type: 'seen', connected: boolean, microphone: boolean} | {type: 'pong', at: number | null}
 *   | {type: 'verdict', verdict: string, title: string, lines: {tone: string, text: string}[]}
 *   | {type: 'refused' | 'error', code: string, message: string}} CheckMessage
 */

import { byId, h, icon } from './dom.js';
import { t, useTexts } from './i18n.js';
import { LevelMeter } from './level-meter.js';
import { Devices } from './media-devices.js';
import { Media } from './media.js';
import { measureUplink } from './uplink.js';

/** @type {{socket: string, language: string, texts: import('./i18n.js').Catalogue}} */
const page = JSON.parse(byId('page-values').textContent ?? '{}');

const CONNECT_LIMIT_MS = 15_000; // UDP given up and TCP tried; a browser that needs longer does not get into a session either
const LOOKS = 6; // at the way there and back, 250 ms each: long enough for ICE to have measured it
const SPEAK_LIMIT_MS = 6_000;
const HEARD_LEVEL = 0.12; // above the room, below a voice

/** @type {Readonly<Record<DeviceProblem, DeviceState>>} */
const STATES = { insecure: 'failed', blocked: 'refused', missing: 'missing', busy: 'failed', failed: 'failed' };

const devices = new Devices();
const meter = new LevelMeter();
const start = /** @type {HTMLButtonElement} */ (byId('check-start'));

/** @param {'microphone' | 'camera' | 'path' | 'uplink'} step @param {'waiting' | 'running' | 'good' | 'warn' | 'bad'} state @param {string} text */
function tell(step, state, text) {
  const row = byId(`check-${step}`);
  row.dataset.state = state;
  const result = row.querySelector('.check-result');
  if (result) result.textContent = text;
}

/** @param {number} ms */
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** The socket of one check: what is said, and waiting for an answer of a kind. */
class CheckLine {
  /** @type {CheckMessage[]} */
  #heard = [];
  /** @type {Set<() => void>} */
  #waiting = new Set();
  closed = false;

  constructor() {
    this.socket = new WebSocket(new URL(page.socket, location.href.replace(/^http/, 'ws')).href);
    this.socket.onopen = () => this.send({ type: 'hello' });
    this.socket.onmessage = (event) => {
      this.#heard.push(JSON.parse(String(event.data)));
      for (const wake of this.#waiting) wake();
    };
    this.socket.onclose = () => {
      this.closed = true;
      for (const wake of this.#waiting) wake();
    };
  }

  /** @param {Record<string, unknown>} message */
  send(message) {
    if (this.socket.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(message));
    return true;
  }

  /**
   * The next message that fits; null if it does not come in time, or the socket is closed.
   *
   * @param {(message: CheckMessage) => boolean} fits
   * @param {number} limitMs
   * @returns {Promise<any>}
   */
  async next(fits, limitMs) {
    const endMs = performance.now() + limitMs;
    for (;;) {
      const place = this.#heard.findIndex(fits);
      if (place >= 0) return this.#heard.splice(place, 1)[0] ?? null;
      const leftMs = endMs - performance.now();
      if (leftMs <= 0 || this.closed) return null;
      await new Promise((resolve) => {
        const wake = () => { this.#waiting.delete(wake); resolve(null); };
        this.#waiting.add(wake);
        setTimeout(wake, leftMs);
      });
    }
  }
}

/** Ask for the devices and look at what came. @returns {Promise<{microphone: DeviceState, camera: DeviceState}>} */
async function tryDevices() {
  tell('microphone', 'running', t('The browser asks you…'));
  tell('camera', 'running', t('The browser asks you…'));
  await devices.setUp();
  const camera = devices.camera ? 'works' : STATES[devices.problems.camera ?? 'failed'];
  byId('check-picture').classList.toggle('empty', !devices.camera);
  /** @type {HTMLVideoElement} */ (byId('check-video')).srcObject = devices.camera ? new MediaStream([devices.camera]) : null;
  tell('camera', camera === 'works' ? 'good' : 'warn', devices.camera?.label || deviceText(camera));
  const microphone = devices.microphone ? await listen() : STATES[devices.problems.microphone ?? 'failed'];
  tell('microphone', microphone === 'works' ? 'good' : 'warn', microphone === 'works' ? devices.microphone?.label || t('Works') : deviceText(microphone));
  return { microphone, camera };
}

/** Wait until the level moves. @returns {Promise<DeviceState>} */
async function listen() {
  const level = byId('check-level');
  level.hidden = false;
  byId('check-speak').hidden = false;
  tell('microphone', 'running', t('Please say something…'));
  let loudest = 0;
  meter.onlevel = () => {
    loudest = Math.max(loudest, meter.level);
    level.style.setProperty('--level', meter.level.toFixed(2));
    level.setAttribute('aria-valuenow', String(Math.round(meter.level * 100)));
  };
  meter.listen(devices.microphone);
  for (let waitedMs = 0; waitedMs < SPEAK_LIMIT_MS && loudest < HEARD_LEVEL; waitedMs += 100) await pause(100);
  byId('check-speak').hidden = true;
  return loudest >= HEARD_LEVEL ? 'works' : 'silent';
}

/** @param {DeviceState} state */
function deviceText(state) {
  switch (state) {
    case 'silent': return t('Nothing is heard');
    case 'refused': return t('Not allowed by the browser');
    case 'missing': return t('None was found');
    default: return t('Could not be started');
  }
}

/** Connect to the media core as a session does. @param {CheckLine} line @returns {Promise<{path: 'udp' | 'tcp' | 'none', round_trip_ms: number | null, media: Media}>} */
async function tryPath(line) {
  tell('path', 'running', t('Connecting…'));
  const media = new Media({ send: (message) => line.send(message) });
  if (devices.microphone) await media.put('microphone', devices.microphone);
  if (devices.camera) await media.put('camera', devices.camera);
  const offer = await line.next((one) => one.type === 'offer' || one.type === 'no_media' || one.type === 'refused', CONNECT_LIMIT_MS);
  if (offer?.type !== 'offer') return { path: 'none', round_trip_ms: null, media };
  await media.accept(offer, offer.ice_servers ?? []);
  const endMs = performance.now() + CONNECT_LIMIT_MS;
  while (media.state !== 'connected' && media.state !== 'failed' && performance.now() < endMs) await pause(50);
  if (media.state !== 'connected' || !(await line.next((one) => one.type === 'seen' && one.connected, CONNECT_LIMIT_MS))) return { path: 'none', round_trip_ms: null, media };
  let way = await selectedPath(media);
  for (let look = 0; look < LOOKS; look += 1) {
    await pause(250);
    const next = await selectedPath(media);
    way = { ...next, round_trip_ms: least(way.round_trip_ms, next.round_trip_ms) }; // the others waited for a busy computer
  }
  return { ...way, media };
}

/** @param {number | null} a @param {number | null} b */
const least = (a, b) => (a === null ? b : b === null ? a : Math.min(a, b));

/** @param {Media} media @returns {Promise<{path: 'udp' | 'tcp', round_trip_ms: number | null}>} */
async function selectedPath(media) {
  /** @type {Map<string, any>} */
  const stats = new Map([...(/** @type {any} */ (await media.current?.pc.getStats()) ?? [])]);
  const transport = [...stats.values()].find((one) => one.type === 'transport' && one.selectedCandidatePairId);
  const pair = stats.get(transport?.selectedCandidatePairId) ?? [...stats.values()].find((one) => one.type === 'candidate-pair' && one.nominated);
  const local = stats.get(pair?.localCandidateId);
  const relayed = local?.relayProtocol ?? local?.protocol;
  const seconds = pair?.currentRoundTripTime;
  return { path: relayed === 'tcp' || relayed === 'tls' ? 'tcp' : 'udp', round_trip_ms: typeof seconds === 'number' ? Math.round(seconds * 1000) : null };
}

/** @param {CheckLine} line */
async function tryUplink(line) {
  tell('uplink', 'running', t('Measuring…'));
  const bps = await measureUplink(async (text) => {
    if (!line.send({ type: 'pad', data: text })) return false;
    return (await line.next((one) => one.type === 'got', 10_000)) !== null;
  });
  if (bps === null) tell('uplink', 'bad', t('Could not be measured'));
  else tell('uplink', bps >= 600_000 ? 'good' : 'warn', t('About {speed} Mbit/s', { speed: (bps / 1e6).toLocaleString(page.language, { maximumFractionDigits: bps < 2e6 ? 1 : 0 }) }));
  return bps;
}

/** @param {{verdict: string, title: string, lines: {tone: string, text: string}[]}} verdict */
function show(verdict) {
  const box = byId('check-verdict');
  box.className = `card check-verdict ${verdict.verdict}`;
  byId('check-title').textContent = verdict.title;
  byId('check-lines').replaceChildren(...verdict.lines.map((line) => h('li', { class: line.tone }, icon(line.tone === 'good' ? 'check' : line.tone === 'warn' ? 'info' : 'alert'), h('span', { text: line.text }))));
  box.hidden = false;
  byId('check-title').focus();
}

async function run() {
  useTexts(page.language, page.texts); // here, since page.js, which knows no texts, has run by now
  start.disabled = true;
  byId('check-verdict').hidden = true;
  for (const step of /** @type {const} */ (['path', 'uplink'])) tell(step, 'waiting', '');
  const line = new CheckLine();
  /** @type {Media | null} */
  let media = null;
  try {
    const found = await tryDevices();
    const way = await tryPath(line);
    media = way.media;
    const words = { udp: t('Direct, as it should be'), tcp: t('Over TCP: it works, but less smoothly'), none: t('No way for sound and picture') };
    tell('path', way.path === 'udp' ? 'good' : way.path === 'tcp' ? 'warn' : 'bad', words[way.path]);
    const uplink_bps = await tryUplink(line);
    line.send({ type: 'found', ...found, path: way.path, round_trip_ms: way.round_trip_ms, uplink_bps });
    const verdict = await line.next((one) => one.type === 'verdict', 10_000);
    show(verdict ?? { verdict: 'not_ready', title: t('The server cannot be reached. Please try again.'), lines: [] });
  } finally {
    media?.close();
    line.socket.close();
    meter.stop();
    devices.close('microphone');
    devices.close('camera');
    byId('check-level').hidden = true;
    byId('check-picture').classList.add('empty');
    start.textContent = start.dataset.again ?? '';
    start.disabled = false;
  }
}

start.addEventListener('click', () => void run());
