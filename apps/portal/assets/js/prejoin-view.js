/**
 * The page before joining (mission A5): nothing is asked of the browser until the person presses the button for it.
 *
 * @import {Devices} from './media-devices.js'
 * @import {LevelMeter} from './level-meter.js'
 */

import { byId, setText } from './dom.js';
import { setButton } from './roster-view.js';
import { DevicePanel } from './device-panel.js';
import { t } from './i18n.js';

export class PrejoinView {
  /** The person pressed *Enter*. @type {() => void} */
  onenter = () => {};

  /** @param {Devices} devices @param {LevelMeter} meter */
  constructor(devices, meter) {
    this.devices = devices;
    this.meter = meter;
    this.panel = new DevicePanel(byId('prejoin-devices'), devices, meter, true);
    this.preview = /** @type {HTMLVideoElement} */ (byId('preview'));
    this.setUp = /** @type {HTMLButtonElement} */ (byId('set-up'));
    this.microphone = byId('prejoin-microphone');
    this.camera = byId('prejoin-camera');
    this.caption = byId('enter-caption');
    this.setUp.addEventListener('click', () => void this.#ask());
    this.microphone.addEventListener('click', () => this.#toggle('microphone'));
    this.camera.addEventListener('click', () => void this.#toggle('camera'));
    byId('enter').addEventListener('click', () => this.onenter());
    byId('prejoin').addEventListener('submit', (event) => event.preventDefault());
  }

  /** With what the person goes in. */
  get wishes() {
    const { choices } = this.devices;
    return {
      microphone: this.devices.microphone !== null && choices.microphoneOn,
      camera: this.devices.camera !== null && choices.cameraOn,
    };
  }

  update() {
    const { devices } = this;
    const any = devices.microphone !== null || devices.camera !== null;
    this.panel.update();
    this.meter.listen(devices.microphone);
    const shown = devices.camera && devices.choices.cameraOn ? devices.camera : null;
    const bound = this.preview.srcObject instanceof MediaStream ? this.preview.srcObject.getTracks()[0] : null;
    if (bound !== shown) this.preview.srcObject = shown ? new MediaStream([shown]) : null;
    byId('preview-box').classList.toggle('empty', !shown);
    byId('set-up-box').hidden = any;
    byId('preview-buttons').hidden = !any;
    byId('preview-off').hidden = !any || shown !== null;
    this.#button(this.microphone, 'microphone');
    this.#button(this.camera, 'camera');
    setText(this.caption, this.#captionText());
  }

  drawLevel() {
    this.panel.drawLevel();
    this.microphone.style.setProperty('--level', this.meter.level.toFixed(2));
  }

  #captionText() {
    const { microphone, camera } = this.wishes;
    if (microphone && camera) return t('You enter with microphone and camera on.');
    if (microphone) return t('You enter with the microphone on.');
    if (camera) return t('You enter with the camera on and only listen.');
    return t('You only listen at first. You can switch on microphone and camera later.');
  }

  /** @param {HTMLElement} button @param {'microphone' | 'camera'} kind */
  #button(button, kind) {
    const on = this.wishes[kind];
    const has = this.devices[kind] !== null;
    button.setAttribute('aria-pressed', String(on));
    button.dataset.state = !has ? 'missing' : on ? 'on' : 'off';
    if (kind === 'microphone') setButton(button, on ? 'mic' : 'headphones', on ? t('Microphone') : t('Headphones'));
    else setButton(button, on ? 'camera' : 'camera-off', t('Camera'));
  }

  async #ask() {
    this.setUp.disabled = true;
    await this.devices.setUp();
    this.setUp.disabled = false;
    if (this.devices.microphone) this.devices.remember({ microphoneOn: true });
    if (this.devices.camera) this.devices.remember({ cameraOn: true });
    this.update();
  }

  /** @param {'microphone' | 'camera'} kind */
  async #toggle(kind) {
    if (this.devices[kind] === null) await this.devices.open(kind);
    else if (kind === 'microphone') this.devices.remember({ microphoneOn: !this.devices.choices.microphoneOn });
    else this.devices.remember({ cameraOn: !this.devices.choices.cameraOn });
    this.update();
  }
}
