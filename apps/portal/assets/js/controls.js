/**
 * What the buttons do: devices, peer connection and commands in step. Nothing here draws.
 *
 * @import {Session, Answer} from './session.js'
 * @import {Devices} from './media-devices.js'
 * @import {Source} from './messages.js'
 */

import { problemSentence } from './device-problems.js';
import { screenWishes } from './screen-wishes.js';
import { mayNotSpeak } from './store.js';
import { t } from './i18n.js';

export class Controls {
  /** A sentence for the person: something they asked for did not work. @type {(sentence: string) => void} */
  onproblem = () => {};
  /** @type {() => void} */
  onchange = () => {};
  /** What this person wants, which the server may not have heard or may not allow. @type {{microphone: boolean, camera: boolean}} */
  wanted = { microphone: false, camera: false };
  /** @type {MediaStream | null} */
  screen = null;
  /** A press that waits for its answer. @type {Set<Source>} */
  busy = new Set();

  /** @param {Session} session @param {Devices} devices */
  constructor(session, devices) {
    this.session = session;
    this.devices = devices;
  }

  /** Microphone or headphones mode (mission A7). @param {boolean} on */
  async setMicrophone(on) {
    await this.#once('microphone', async () => {
      if (!on) return this.#switchOff('microphone');
      const { self, state } = this.session;
      if (self && state && mayNotSpeak(state, self)) return this.onproblem(t('A moderator has locked the microphones.'));
      await this.#switchOn('microphone');
    });
  }

  /** @param {boolean} on */
  async setCamera(on) {
    await this.#once('camera', () => (on ? this.#switchOn('camera') : this.#switchOff('camera')));
  }

  /** @param {boolean} on */
  async setScreen(on) {
    await this.#once('screen', async () => {
      if (!on) return this.#stopScreen(true);
      try {
        this.screen = await navigator.mediaDevices.getDisplayMedia(screenWishes({ ...navigator.mediaDevices.getSupportedConstraints() }));
      } catch {
        return; // the person closed the browser's own question
      }
      const [video] = this.screen.getVideoTracks();
      if (!video) return;
      video.contentHint = 'detail';
      video.onended = () => void this.setScreen(false);
      await this.session.media.put('screen', video);
      await this.session.media.put('screen_audio', this.screen.getAudioTracks()[0] ?? null);
      const answer = await this.session.command({ type: 'set_screen', on: true });
      if (!answer.ok) this.#stopScreen(false);
      this.#tell(answer);
    });
  }

  async toggleHand() {
    const { state, me } = this.session;
    const up = state?.hands.includes(me) ?? false;
    this.#tell(await this.session.command({ type: up ? 'lower_hand' : 'raise_hand' }));
  }

  /** Any other command; a refusal is told. @param {import('./messages.js').Command} command */
  async ask(command) {
    const answer = await this.session.command(command);
    this.#tell(answer);
    return answer.ok;
  }

  /** After a welcome: what the server holds and what is wanted here become one. */
  async agree() {
    const self = this.session.self;
    if (!self) return;
    for (const kind of /** @type {const} */ (['microphone', 'camera'])) {
      const here = this.wanted[kind] && this.devices[kind] !== null;
      if (here) await this.session.media.put(kind, this.devices[kind]);
      if (here !== self[kind]) await this.#command(kind, here);
    }
    if (self.screen && !this.screen) await this.session.command({ type: 'set_screen', on: false });
    if (!self.screen && this.screen) await this.session.command({ type: 'set_screen', on: true });
    this.onchange();
  }

  /** The server switched a source off: a moderator, a lock, another's screen. @param {'microphone' | 'camera' | 'screen'} kind */
  switchedOff(kind) {
    if (kind === 'screen') this.#stopScreen(false);
    else void this.#silence(kind);
  }

  /** Another device is in use: send its track. */
  async useDevices() {
    for (const kind of /** @type {const} */ (['microphone', 'camera'])) {
      if (!this.wanted[kind]) continue;
      if (this.devices[kind]) await this.session.media.put(kind, this.devices[kind]);
      else await this.#switchOff(kind);
    }
  }

  /** Let go of everything: this person is no longer in the conference. */
  close() {
    this.#stopScreen(false);
    this.devices.close('camera');
    this.devices.close('microphone');
    this.wanted = { microphone: false, camera: false };
  }

  /** @param {'microphone' | 'camera'} kind */
  async #switchOn(kind) {
    const track = await this.devices.open(kind);
    if (!track) {
      this.onproblem(problemSentence(this.devices.problems[kind] ?? 'failed', kind));
      return;
    }
    this.wanted[kind] = true;
    this.onchange();
    const [, answer] = await Promise.all([this.session.media.put(kind, track), this.#command(kind, true)]);
    if (!answer.ok) await this.#silence(kind);
    this.#tell(answer);
  }

  /** @param {'microphone' | 'camera'} kind */
  async #switchOff(kind) {
    await this.#silence(kind);
    this.#tell(await this.#command(kind, false));
  }

  /** The microphone stays open for the meter, sent nowhere; the camera's light goes out. @param {'microphone' | 'camera'} kind */
  async #silence(kind) {
    this.wanted[kind] = false;
    await this.session.media.put(kind, null);
    if (kind === 'camera') this.devices.close('camera');
    this.onchange();
  }

  /** @param {boolean} tell Whether the server still has to hear of it. */
  #stopScreen(tell) {
    for (const track of this.screen?.getTracks() ?? []) {
      track.onended = null;
      track.stop();
    }
    this.screen = null;
    void this.session.media.put('screen', null);
    void this.session.media.put('screen_audio', null);
    if (tell) void this.session.command({ type: 'set_screen', on: false }).then((answer) => this.#tell(answer));
    this.onchange();
  }

  /** @param {'microphone' | 'camera'} kind @param {boolean} on */
  #command(kind, on) {
    return this.session.command({ type: kind === 'microphone' ? 'set_microphone' : 'set_camera', on });
  }

  /** @param {Source} source @param {() => Promise<void> | void} work */
  async #once(source, work) {
    if (this.busy.has(source)) return;
    this.busy.add(source);
    try {
      await work();
    } finally {
      this.busy.delete(source);
      this.onchange();
    }
  }

  /** @param {Answer} answer */
  #tell(answer) {
    if (answer.ok) return;
    this.onproblem(answer.message || t('The server could not be reached. Sala keeps trying.'));
  }
}
