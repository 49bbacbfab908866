/**
 * Recording in the page: the sign for everyone, the button for moderators, and what of oneself may be recorded.
 *
 * @import {Session} from './session.js'
 * @import {ServerMessage, RoomEvent} from './messages.js'
 * @import {Consent, Takes} from './recording-store.js'
 * @import {TabMemory} from './tab-memory.js'
 */

import { byId, setText } from './dom.js';
import { t } from './i18n.js';
import { lightsOf, unheard } from './recording-store.js';
import { toast } from './toasts.js';

const SIGNAL_HZ = 660;
const SIGNAL_S = 0.25;

export class RecordingView {
  /** Participant to source to whether it reaches the tape. @type {Readonly<Record<string, Readonly<Record<string, boolean>>>>} */
  lights = {};
  /** @type {Set<string>} */
  #alarmed = new Set();
  #busy = false;

  /** @param {Session} session @param {TabMemory} memory */
  constructor(session, memory) {
    this.session = session;
    this.memory = memory;
    this.sign = byId('record-notice');
    this.button = /** @type {HTMLButtonElement} */ (byId('record-button'));
    this.more = byId('record-more');
    this.dialog = /** @type {HTMLDialogElement} */ (byId('consent-dialog'));
    this.fragment = /** @type {HTMLDialogElement} */ (byId('record-dialog'));
    this.button.addEventListener('click', () => void this.#press());
    this.more.addEventListener('click', () => this.fragment.showModal());
    this.fragment.addEventListener('close', () => {
      if (this.fragment.returnValue === 'begin') void this.#press();
      this.fragment.returnValue = '';
    });
    byId('consent-keep').addEventListener('click', () => this.#chosen(this.#inDialog()));
    byId('consent-open').addEventListener('click', () => this.ask());
  }

  /** @returns {Consent | null} */
  get consent() {
    const { state, me } = this.session;
    return state?.recording.consents[me] ?? null;
  }

  /** The choice of the page before joining goes in with the person; who comes without one is asked. */
  welcomed() {
    const { state } = this.session;
    if (!state?.room.record) return;
    const before = /** @type {HTMLInputElement | null} */ (document.querySelector('#prejoin input[name="consent"]:checked'));
    const wanted = /** @type {any} */ (this.memory.now).consent ?? (document.body.dataset.came === 'prejoin' ? before?.value : null);
    if (this.consent === null && wanted) void this.#send(/** @type {Consent} */ (wanted));
    else if (this.consent === null) this.ask();
    this.signal();
  }

  update() {
    const { state, me, phase } = this.session;
    const inside = phase === 'inside' || phase === 'reconnecting';
    const recorded = inside && state?.room.record === true;
    this.sign.hidden = !recorded;
    byId('record-control').hidden = !recorded || state.participants.get(me)?.role !== 'moderator';
    byId('consent-open').hidden = !recorded;
    if (!recorded || !state) return;
    const { running, tape, reason } = state.recording;
    this.sign.dataset.state = !tape ? 'stopped' : running ? 'running' : 'kept';
    setText(/** @type {HTMLElement} */ (this.sign.querySelector('span')), signText(tape, running !== null, reason));
    this.sign.title = running?.name ?? '';
    setText(/** @type {HTMLElement} */ (this.button.querySelector('.label')), running ? t('Stop recording') : t('Start recording'));
    this.button.dataset.state = running ? 'running' : 'idle';
    this.button.disabled = this.#busy;
    this.more.hidden = running !== null;
    setText(byId('consent-now'), consentText(this.consent));
  }

  /** @param {ServerMessage} message */
  hear(message) {
    if (message.type !== 'tape_lights') return;
    const changed = message.participants;
    this.lights = Object.keys(changed).length ? { ...this.lights, ...changed } : {};
    this.#alarm();
  }

  /** @param {RoomEvent} event */
  happened(event) {
    if (event.type === 'recording_started') {
      this.signal();
      toast(t('The recording has started.'), { urgent: true });
    } else if (event.type === 'recording_stopped') {
      toast(t('The recording has stopped.'));
    } else if (event.type === 'tape_running' && event.reason === 'disk_full') {
      toast(t('Recording has stopped: the disk of the server is full. The conference goes on.'), { kind: 'error', urgent: true });
    }
  }

  /** @param {string} id */
  lightsOf(id) {
    return this.session.state ? lightsOf(this.session.state, id, this.lights) : [];
  }

  clear() {
    this.lights = {};
    this.#alarmed.clear();
    for (const each of [this.dialog, this.fragment]) if (each.open) each.close();
  }

  /** A short tone: whoever does not look at the page is told too. Browsers that are not allowed to sound stay silent. */
  signal() {
    try {
      const context = new AudioContext();
      const tone = new OscillatorNode(context, { frequency: SIGNAL_HZ });
      const level = new GainNode(context, { gain: 0.08 });
      tone.connect(level).connect(context.destination);
      tone.onended = () => void context.close();
      tone.start();
      tone.stop(context.currentTime + SIGNAL_S);
    } catch {
      // no sound on this machine
    }
  }

  /** Ask what of this person may be recorded. */
  ask() {
    const wanted = this.consent ?? 'all';
    for (const input of /** @type {NodeListOf<HTMLInputElement>} */ (this.dialog.querySelectorAll('input[name="consent-now"]'))) {
      input.checked = input.value === wanted;
    }
    if (!this.dialog.open) this.dialog.showModal();
  }

  /** @returns {Consent} */
  #inDialog() {
    const chosen = /** @type {HTMLInputElement | null} */ (this.dialog.querySelector('input[name="consent-now"]:checked'));
    return /** @type {Consent} */ (chosen?.value ?? 'none');
  }

  /** @param {Consent} choice */
  #chosen(choice) {
    this.dialog.close();
    void this.#send(choice);
  }

  /** @param {Consent} choice */
  async #send(choice) {
    this.memory.keep(/** @type {any} */ ({ consent: choice }));
    const answer = await this.session.command({ type: 'set_consent', choice });
    if (!answer.ok && answer.message) toast(answer.message, { kind: 'error', urgent: true });
  }

  async #press() {
    const running = this.session.state?.recording.running;
    this.#busy = true;
    this.update();
    const answer = await this.session.command(running ? { type: 'stop_recording' } : { type: 'start_recording', ...this.#wanted() });
    this.#busy = false;
    if (answer.ok && !running) /** @type {HTMLInputElement} */ (byId('record-name')).value = '';
    this.update();
    if (!answer.ok) toast(answer.message || t('The server could not be reached. Sala keeps trying.'), { kind: 'error', urgent: true });
  }

  /** The dialog keeps what was chosen last; a name is for one fragment only. @returns {{name: string, takes: Takes}} */
  #wanted() {
    const form = new FormData(/** @type {HTMLFormElement} */ (this.fragment.querySelector('form')));
    return { name: String(form.get('name') ?? ''), takes: /** @type {Takes} */ (form.get('takes') ?? 'stage_and_cameras') };
  }

  /** Moderators are told of who talks and is not recorded though they may be. */
  #alarm() {
    const { state, self } = this.session;
    if (!state || self?.role !== 'moderator' || !state.recording.tape) return;
    const now = new Set(unheard(state, this.lights));
    for (const id of now) {
      if (this.#alarmed.has(id)) continue;
      const name = state.participants.get(id)?.name ?? '';
      toast(t('{name} is not being recorded at the moment.', { name }), { kind: 'error', urgent: true });
    }
    this.#alarmed = now;
  }
}

/** @param {boolean} tape @param {boolean} running @param {string} reason */
function signText(tape, running, reason) {
  if (tape) return running ? t('Recording') : t('This conference is recorded.');
  return reason ? t('Recording is interrupted') : t('Recording begins with the first speaker');
}

/** @param {Consent | null} consent */
function consentText(consent) {
  if (consent === 'all') return t('You are recorded');
  if (consent === 'voice') return t('Only your voice is recorded');
  return t('You are not recorded');
}
