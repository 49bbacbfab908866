/**
 * The people in the room: one line each, moderators with a menu per person.
 *
 * @import {Session} from './session.js'
 * @import {Participant} from './messages.js'
 * @import {RoomState} from './store.js'
 */

import { byId, h, hidden, icon, setIcon, setText } from './dom.js';
import { inTheRoom, microphoneState } from './store.js';
import { handPlace } from './tender-store.js';
import { t, tn } from './i18n.js';

/**
 * @typedef {object} Line What one line shows; compared to know whether it must be drawn again.
 * @property {string} name
 * @property {string} badge
 * @property {boolean} me
 * @property {boolean} moderator
 * @property {boolean} presenter
 * @property {boolean} encoder A program that presents; it has no microphone and no camera.
 * @property {'on' | 'off' | 'not_allowed'} microphone
 * @property {boolean} camera
 * @property {boolean} screen
 * @property {number} hand Place in the queue, from 1; 0 if it is down.
 * @property {boolean} speaking
 * @property {boolean} reconnecting
 * @property {'good' | 'fair' | 'poor' | ''} quality
 * @property {boolean} guest
 * @property {import('./recording-store.js').Light[]} tape Whether what they send reaches the tape.
 * @property {boolean} menu
 */

export class RosterView {
  /** @type {Map<string, {row: HTMLLIElement, key: string}>} */
  #rows = new Map();

  /** @param {Session} session @param {(anchor: HTMLElement, one: Participant) => void} openPersonMenu */
  constructor(session, openPersonMenu) {
    this.session = session;
    this.openPersonMenu = openPersonMenu;
    this.list = byId('roster');
    this.count = byId('people-count');
  }

  update() {
    const { state, me } = this.session;
    if (!state) return;
    const people = inTheRoom(state);
    const count = people.filter((one) => one.role !== 'encoder').length;
    setText(this.count, String(count));
    this.count.setAttribute('aria-label', tn('{count} participant', '{count} participants', count));
    const hands = state.hands.filter((id) => people.some((one) => one.participant === id));
    const iLead = state.participants.get(me)?.role === 'moderator';
    const seen = new Set();
    people.forEach((one, at) => {
      seen.add(one.participant);
      const row = this.#rowOf(one, lineOf(state, one, { me, hands, iLead, session: this.session }));
      if (this.list.children[at] !== row) this.list.insertBefore(row, this.list.children[at] ?? null);
    });
    for (const [id, { row }] of this.#rows) {
      if (seen.has(id)) continue;
      row.remove();
      this.#rows.delete(id);
    }
  }

  /** @param {Participant} one @param {Line} line */
  #rowOf(one, line) {
    const key = JSON.stringify(line);
    const old = this.#rows.get(one.participant);
    if (old?.key === key) return old.row;
    const row = old?.row ?? this.#newRow(one.participant);
    draw(row, line);
    this.#rows.set(one.participant, { row, key });
    return row;
  }

  /** The button stays the same element for ever: a press that meets a redrawing must not be lost. @param {string} id */
  #newRow(id) {
    const button = h('button', {
      type: 'button', class: 'icon-button small', 'aria-haspopup': 'menu', 'aria-expanded': 'false',
      onclick: () => {
        const now = this.session.state?.participants.get(id);
        if (now) this.openPersonMenu(button, now);
      },
    }, icon('more'));
    return h('li', { class: 'person', 'data-participant': id }, h('span', { class: 'mark' }), h('span', { class: 'person-words' }), h('span', { class: 'signs' }), button);
  }
}

/**
 * @param {RoomState} state
 * @param {Participant} one
 * @param {{me: string, hands: string[], iLead: boolean, session: Session}} around
 * @returns {Line}
 */
export function lineOf(state, one, { me, hands, iLead, session }) {
  return {
    name: one.name,
    badge: one.badge,
    guest: one.guest,
    me: one.participant === me,
    moderator: one.role === 'moderator',
    presenter: one.participant === state.presenter,
    encoder: one.role === 'encoder',
    microphone: microphoneState(state, one),
    camera: one.camera,
    screen: one.screen,
    hand: handPlace(state, one.participant, me, hands.indexOf(one.participant) + 1),
    speaking: one.microphone && session.speakers.includes(one.participant),
    reconnecting: one.presence === 'reconnecting',
    quality: one.presence === 'reconnecting' ? 'poor' : session.quality[one.participant]?.level ?? '',
    tape: session.tapeLights(one.participant),
    menu: iLead,
  };
}

/** @param {HTMLLIElement} row @param {Line} line */
function draw(row, line) {
  row.classList.toggle('speaking', line.speaking);
  row.classList.toggle('reconnecting', line.reconnecting);
  const [mark, words, signs, button] = /** @type {HTMLElement[]} */ ([...row.children]);
  if (!mark || !words || !signs || !button) return;
  mark.classList.toggle('moderator', line.moderator);
  mark.title = line.moderator ? t('Moderator') : '';
  words.replaceChildren(
    h('span', { class: 'person-name', title: line.name }, h('bdi', { text: line.name }), line.badge && h('span', { class: 'badge', text: line.badge })),
    h('span', { class: 'person-notes', text: notesOf(line).join(' · ') }),
  );
  signs.replaceChildren(
    ...(line.hand ? [sign('hand', 'hand', t('Hand raised, number {place}', { place: line.hand }), String(line.hand))] : []),
    ...(line.screen ? [sign('screen', 'screen', t('Shows a screen'))] : []),
    ...(line.encoder ? [] : [
      sign(...microphoneSign(line.microphone)),
      sign(line.camera ? 'camera' : 'camera-off', line.camera ? 'on' : 'off', line.camera ? t('Camera on') : t('Camera off')),
    ]),
    ...(line.tape.length ? [h('span', { class: 'tape-lights' }, ...line.tape.map(tapeLight))] : []),
    bars(line.quality),
  );
  button.hidden = !line.menu;
  button.setAttribute('aria-label', t('Actions for {name}', { name: [line.name, line.badge].filter(Boolean).join(' ') }));
}

/** @param {import('./recording-store.js').Light} light */
function tapeLight({ source, on }) {
  const names = { microphone: t('Microphone'), camera: t('Camera'), screen: t('Screen') };
  const label = `${names[source]}: ${on ? t('Recorded') : t('Not recorded')}`;
  return h('span', { class: `tape-light ${on ? 'on' : 'off'}`, 'data-source': source, role: 'img', 'aria-label': label, title: label });
}

/** @param {Line} line */
function notesOf(line) {
  const notes = [];
  if (line.me) notes.push(t('you'));
  if (line.presenter) notes.push(t('Presenter'));
  if (line.moderator) notes.push(t('Moderator'));
  if (line.encoder) notes.push(t('Encoder'));
  if (line.guest) notes.push(t('guest'));
  if (line.reconnecting) notes.push(t('reconnecting…'));
  return notes;
}

/** @param {Line['microphone']} state @returns {[string, string, string]} */
function microphoneSign(state) {
  if (state === 'on') return ['mic', 'on', t('Microphone on')];
  if (state === 'off') return ['headphones', 'off', t('Headphones: only listens')];
  return ['not-allowed', 'not-allowed', t('Microphone not allowed')];
}

/** @param {string} name @param {string} kind @param {string} words @param {string} [text] */
function sign(name, kind, words, text = '') {
  return h('span', { class: `sign ${kind}`, title: words }, icon(name), text, hidden(words));
}

/** @param {Line['quality']} quality */
function bars(quality) {
  const words = { good: t('Connection good'), fair: t('Connection fair'), poor: t('Connection poor'), '': t('Connection not measured yet') }[quality];
  return h('span', { class: `bars ${quality}`, title: words }, h('i'), h('i'), h('i'), hidden(words));
}

/** Keeps a button's icon and words in step with a state. @param {HTMLElement} button @param {string} name @param {string} words */
export function setButton(button, name, words) {
  setIcon(button, name);
  const label = button.querySelector('.label');
  if (label) setText(label, words);
}
