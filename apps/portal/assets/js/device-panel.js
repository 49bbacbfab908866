/**
 * Choosing and trying out microphone, camera and speaker: the page before joining and the settings show the same.
 *
 * @import {Devices, Kind} from './media-devices.js'
 * @import {LevelMeter} from './level-meter.js'
 */

import { h, icon, setText } from './dom.js';
import { playTestTone } from './level-meter.js';
import { problemSentence } from './device-problems.js';
import { t } from './i18n.js';

export class DevicePanel {
  /** @param {HTMLElement} holder @param {Devices} devices @param {LevelMeter} meter @param {boolean} triesCamera Whether choosing one lights it up. */
  constructor(holder, devices, meter, triesCamera) {
    this.triesCamera = triesCamera;
    this.devices = devices;
    this.meter = meter;
    this.level = h('div', { class: 'level', role: 'meter', 'aria-label': t('Level of your microphone'), 'aria-valuemin': 0, 'aria-valuemax': 100, 'aria-valuenow': 0 }, h('i'));
    this.using = h('p', { class: 'caption-text using' });
    this.silence = h('p', { class: 'note warning', role: 'status', hidden: true, text: t('Your microphone is silent. Is it switched off, or should another one be used?') });
    this.problems = h('div', { class: 'problems', role: 'status' });
    this.selects = /** @type {Record<Kind, HTMLSelectElement>} */ ({});
    this.tone = h('button', { type: 'button', class: 'button small tone', onclick: () => void this.#tone() }, icon('sound'), h('span', { text: t('Play a test tone') }));
    this.fields = h('div', { class: 'fields' },
      this.#field('microphone', t('Microphone'), this.level, this.using, this.silence),
      this.#field('camera', t('Camera')),
      this.#field('speaker', t('Speaker'), this.tone),
    );
    holder.replaceChildren(this.problems, this.fields);
    this.#wasProblems = '';
  }

  #wasProblems;

  update() {
    const { devices } = this;
    for (const kind of /** @type {const} */ (['microphone', 'camera', 'speaker'])) this.#fillSelect(kind);
    this.fields.hidden = !devices.microphone && !devices.camera && devices.list.length === 0;
    setText(this.using, devices.microphone ? t('In use: {name}', { name: devices.microphone.label || t('Microphone') }) : '');
    const problems = /** @type {const} */ (['microphone', 'camera']).flatMap((kind) => {
      const problem = devices.problems[kind];
      return problem ? [problemSentence(problem, kind)] : [];
    });
    const key = problems.join();
    if (key === this.#wasProblems) return;
    this.#wasProblems = key;
    this.problems.replaceChildren(...[...new Set(problems)].map((text) => h('p', { class: 'note warning', text })));
  }

  /** Show how loud it is; called often. */
  drawLevel() {
    this.level.style.setProperty('--level', this.meter.level.toFixed(2));
    this.level.setAttribute('aria-valuenow', String(Math.round(this.meter.level * 100)));
    this.silence.hidden = !this.meter.silent;
  }

  /** @param {Kind} kind @param {string} label @param {HTMLElement[]} more */
  #field(kind, label, ...more) {
    const select = h('select', { id: `${kind}-${Math.random().toString(36).slice(2, 8)}`, onchange: () => void this.#choose(kind, select.value) });
    this.selects[kind] = select;
    return h('div', { class: 'field', 'data-kind': kind }, h('label', { for: select.id, text: label }), select, ...more);
  }

  /** @param {Kind} kind */
  #fillSelect(kind) {
    const select = this.selects[kind];
    const list = this.devices.of(kind);
    const inUse = kind === 'speaker' ? this.devices.choices.speaker : this.devices[kind]?.getSettings().deviceId ?? this.devices.choices[kind];
    const key = JSON.stringify(list.map((one) => [one.deviceId, one.label]));
    if (select.dataset.key !== key) {
      select.dataset.key = key;
      const none = kind === 'speaker' ? t('As the system chooses') : t('None');
      const known = list.some((one) => one.deviceId === inUse);
      const first = kind === 'speaker' ? !list.some((one) => one.deviceId === 'default') : !known;
      select.replaceChildren(
        ...(first ? [h('option', { value: '', text: none })] : []),
        ...list.map((one) => h('option', { value: one.deviceId, text: one.label || one.deviceId.slice(0, 8) })),
      );
    }
    select.value = inUse;
    if (select.selectedIndex < 0) select.selectedIndex = 0;
    select.disabled = list.length === 0;
  }

  /** @param {Kind} kind @param {string} id */
  async #choose(kind, id) {
    await this.devices.choose(kind, id, kind === 'microphone' || this.triesCamera);
  }

  async #tone() {
    this.tone.disabled = true;
    await playTestTone(this.devices.choices.speaker).catch(() => {});
    this.tone.disabled = false;
  }
}
