/**
 * The settings during a conference: which devices, and whether they work.
 *
 * @import {Devices} from './media-devices.js'
 * @import {LevelMeter} from './level-meter.js'
 */

import { byId } from './dom.js';
import { DevicePanel } from './device-panel.js';

export class SettingsDialog {
  /** @param {Devices} devices @param {LevelMeter} meter */
  constructor(devices, meter) {
    this.devices = devices;
    this.dialog = /** @type {HTMLDialogElement} */ (byId('settings'));
    this.panel = new DevicePanel(byId('settings-devices'), devices, meter, false);
    this.ask = /** @type {HTMLButtonElement} */ (byId('settings-ask'));
    this.ask.addEventListener('click', () => void this.#allow());
    byId('settings-close').addEventListener('click', () => this.dialog.close());
  }

  open() {
    this.update();
    this.dialog.showModal();
  }

  update() {
    if (!this.dialog.open && this.dialog.dataset.drawn) return;
    this.dialog.dataset.drawn = 'yes';
    this.ask.hidden = this.devices.microphone !== null || this.devices.list.length > 0;
    this.panel.update();
  }

  drawLevel() {
    if (this.dialog.open) this.panel.drawLevel();
  }

  /** Ask for the microphone only: a camera that nobody switched on stays dark. */
  async #allow() {
    await this.devices.open('microphone');
    this.update();
  }
}
