/**
 * What opens behind the button *Present*: a screen, files, YouTube, and what is ready to be shown.
 *
 * @import {Session} from './session.js'
 * @import {Controls} from './controls.js'
 * @import {PresentationsApi} from './presentations-api.js'
 * @import {Item} from './presenting.js'
 * @import {ServerMessage} from './messages.js'
 */

import { byId } from './dom.js';
import { t } from './i18n.js';
import { PresentShelf, way } from './present-shelf.js';

export class PresentSheet {
  /** @param {Session} session @param {Controls} controls @param {PresentationsApi} api */
  constructor(session, controls, api) {
    this.session = session;
    this.controls = controls;
    this.dialog = /** @type {HTMLDialogElement} */ (byId('present'));
    byId('present-close').addEventListener('click', () => this.dialog.close());
    this.screen = way('screen', t('Screen, window or tab'), () => this.#shareScreen());
    this.shelf = new PresentShelf(api, { use: t('Show to everybody') }, [this.screen]);
    this.shelf.onuse = (item) => void this.#present(item);
    this.shelf.acceptDrops(this.dialog);
    byId('present-body').replaceChildren(this.shelf.element);
  }

  open() {
    this.shelf.tidy();
    this.screen.hidden = typeof navigator.mediaDevices?.getDisplayMedia !== 'function';
    this.#draw();
    if (!this.dialog.open) this.dialog.showModal();
    void this.shelf.load();
  }

  close() {
    if (this.dialog.open) this.dialog.close();
  }

  /** How far a conversion is. @param {ServerMessage} message */
  hear(message) {
    if (message.type === 'presentation') this.shelf.put(message.presentation);
  }

  /** What is on the stage may have changed. */
  update() {
    if (this.dialog.open) this.#draw();
  }

  #draw() {
    this.shelf.shown = this.session.state?.presentation?.presentation ?? '';
    this.shelf.draw();
  }

  #shareScreen() {
    this.dialog.close();
    void this.controls.setScreen(true);
  }

  /** @param {Item} item */
  async #present(item) {
    const answer = await this.session.command({ type: 'start_presentation', presentation: item.presentation });
    if (answer.ok) this.dialog.close();
    else this.shelf.tell(answer.message || t('The server could not be reached. Please try again.'));
  }
}
