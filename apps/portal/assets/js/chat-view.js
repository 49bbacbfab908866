/**
 * The chat: messages for everyone or for moderators; links are harmless, deleted messages leave their place.
 *
 * @import {Session} from './session.js'
 * @import {Controls} from './controls.js'
 * @import {ChatMessage, Participant} from './messages.js'
 */

import { byId, h, icon, setText } from './dom.js';
import { linkify } from './linkify.js';
import { clockTime } from './times.js';
import { t, tn } from './i18n.js';

const NEAR_END_PX = 60; // who reads older messages is not pulled away
const TEXT_MAX_CHARACTERS = 2000; // as the server's MESSAGE_MAX_CHARACTERS

export class ChatView {
  unread = 0;
  /** @type {() => void} */
  onunread = () => {};

  /** @type {Map<string, {row: HTMLDivElement, message: ChatMessage}>} */
  #rows = new Map();
  #to = 'everyone';

  /** @param {Session} session @param {Controls} controls */
  constructor(session, controls) {
    this.session = session;
    this.controls = controls;
    this.panel = byId('chat');
    this.list = byId('messages');
    this.empty = byId('chat-empty');
    this.to = /** @type {HTMLSelectElement} */ (byId('chat-to'));
    this.text = /** @type {HTMLTextAreaElement} */ (byId('chat-text'));
    this.more = byId('chat-more');
    const form = /** @type {HTMLFormElement} */ (byId('chat-form'));
    form.addEventListener('submit', (event) => { event.preventDefault(); void this.#send(); });
    this.text.maxLength = TEXT_MAX_CHARACTERS;
    this.text.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      form.requestSubmit();
    });
    this.to.addEventListener('change', () => (this.#to = this.to.value));
    this.more.addEventListener('click', () => this.#toEnd());
    this.list.addEventListener('scroll', () => this.#seen());
    document.addEventListener('visibilitychange', () => this.#seen());
  }

  /** Whether the person can see the end of the chat. */
  get visible() {
    return !document.hidden && this.panel.offsetParent !== null;
  }

  update() {
    const { state } = this.session;
    if (!state) return;
    this.#drawChoice();
    const atEnd = this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < NEAR_END_PX;
    const first = this.#rows.size === 0;
    let mine = false;
    for (const message of state.messages.values()) {
      const old = this.#rows.get(message.message);
      if (old?.message === message) continue;
      const row = old?.row ?? h('div');
      this.#draw(row, message);
      this.#rows.set(message.message, { row, message });
      if (old) continue;
      this.list.append(row);
      if (message.participant === this.session.me) mine = true;
      else if (!first && !(this.visible && atEnd)) this.unread += 1;
    }
    for (const [id, { row }] of this.#rows) {
      if (state.messages.has(id)) continue;
      row.remove();
      this.#rows.delete(id);
    }
    this.empty.hidden = this.#rows.size > 0;
    if (atEnd || mine || first) this.#toEnd();
    this.#count();
  }

  /** Write to one person, from the list of people. @param {Participant} one */
  writeTo(one) {
    this.#to = one.participant;
    this.#drawChoice();
    this.text.focus();
  }

  clear() {
    for (const { row } of this.#rows.values()) row.remove();
    this.#rows.clear();
    this.unread = 0;
    this.#to = 'everyone';
  }

  /** The panel was opened or closed. */
  shown() {
    this.#toEnd();
  }

  async #send() {
    const text = this.text.value.trim();
    if (!text) return;
    if (await this.controls.ask({ type: 'send_message', text, to: this.#to })) {
      if (this.text.value.trim() === text) this.text.value = '';
    }
    this.text.focus();
  }

  #drawChoice() {
    const { state, me } = this.session;
    const iLead = state?.participants.get(me)?.role === 'moderator';
    const person = iLead && state?.participants.get(this.#to);
    if (!person && this.#to !== 'moderators') this.#to = 'everyone';
    const options = [['everyone', t('Everyone')], ['moderators', t('Moderators only')]];
    if (person) options.push([person.participant, t('Only {name}', { name: person.name })]);
    const key = JSON.stringify(options);
    if (this.to.dataset.options !== key) {
      this.to.dataset.options = key;
      this.to.replaceChildren(...options.map(([value, text]) => h('option', { value, text })));
    }
    if (this.to.value !== this.#to) this.to.value = this.#to;
    this.panel.classList.toggle('private', this.#to !== 'everyone');
  }

  /** @param {HTMLDivElement} row @param {ChatMessage} message */
  #draw(row, message) {
    const { state, me } = this.session;
    const mine = message.participant === me;
    const iLead = state?.participants.get(me)?.role === 'moderator';
    const author = message.participant ? state?.participants.get(message.participant) : null;
    row.dataset.message = message.message;
    row.className = `message${mine ? ' mine' : ''}${message.deleted ? ' deleted' : ''}${message.to === 'everyone' ? '' : ' private'}`;
    row.replaceChildren(
      h('div', { class: 'message-head' },
        h('bdi', { class: 'message-name', text: mine ? t('You') : message.name }),
        author?.badge ? h('span', { class: 'badge', text: author.badge }) : null,
        author?.role === 'moderator' ? h('span', { class: 'mark moderator', title: t('Moderator') }) : null,
        h('time', { datetime: message.at, text: clockTime(new Date(message.at)) }),
        this.#privacy(message),
        !message.deleted && (iLead || mine)
          ? h('button', { type: 'button', class: 'icon-button small delete', 'aria-label': t('Delete message'), onclick: () => void this.controls.ask({ type: 'delete_message', message: message.message }) }, icon('trash'))
          : null,
      ),
      message.deleted ? h('p', { class: 'message-text', text: t('This message was removed.') }) : textOf(message.text),
    );
  }

  /** @param {ChatMessage} message */
  #privacy(message) {
    if (message.to === 'everyone') return null;
    const name = this.session.state?.participants.get(message.to)?.name;
    const words = message.to === 'moderators' ? t('for moderators only') : name ? t('only for {name}', { name: message.to === this.session.me ? t('you') : name }) : t('private');
    return h('span', { class: 'tag' }, icon('private'), words);
  }

  #toEnd() {
    this.list.scrollTop = this.list.scrollHeight;
    this.#seen();
  }

  #seen() {
    const atEnd = this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < NEAR_END_PX;
    if (this.visible && atEnd) this.unread = 0;
    this.#count();
  }

  #count() {
    this.more.hidden = this.unread === 0 || !this.visible;
    setText(this.more, tn('{count} new message', '{count} new messages', this.unread));
    this.onunread();
  }
}

/** @param {string} text */
function textOf(text) {
  const pieces = linkify(text).map((piece) =>
    piece.href ? h('a', { href: piece.href, target: '_blank', rel: 'noopener noreferrer nofollow', text: piece.text }) : piece.text);
  return h('p', { class: 'message-text', dir: 'auto' }, ...pieces);
}
