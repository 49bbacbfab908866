/**
 * *Put it on the record*: writing a statement, with a document or none, and what became of those filed.
 *
 * @import {Session} from './session.js'
 * @import {Statement} from './tender-store.js'
 */

import { byId, h, icon, setText } from './dom.js';
import { t } from './i18n.js';
import { clockTime } from './times.js';
import { toast } from './toasts.js';

const MEGABYTE = 1_000_000;

/** @param {Statement} one What the chair made of it, in words. */
export function answerWords(one) {
  if (one.answer === 'accepted') return t('accepted');
  if (one.answer === 'declined') return t('declined');
  return one.answer === 'noted' ? t('noted') : t('waits for an answer');
}

/** A statement as a list's row. @param {Statement} one @param {string} slug @param {Node[]} more */
export function statementRow(one, slug, ...more) {
  const file = one.document;
  const link = file && h('a', { href: `/r/${slug}/statements/${one.statement}/document`, class: 'statement-file', title: `SHA-256 ${file.sha256}` }, icon('document'), h('bdi', { text: file.name }));
  return h('li', { class: 'statement', 'data-answer': one.answer ?? 'waiting' },
    h('div', { class: 'statement-head' }, h('time', { datetime: one.at, text: clockTime(new Date(one.at)) }), h('span', { class: 'statement-answer', text: answerWords(one) })),
    h('p', { class: 'statement-text', dir: 'auto', text: one.text }),
    link,
    file && h('code', { class: 'statement-hash', text: file.sha256 }),
    one.reason ? h('p', { class: 'statement-reason', dir: 'auto', text: t('Reason: {reason}', { reason: one.reason }) }) : null,
    ...more,
  );
}

export class StatementView {
  #shown = '';

  /** @param {Session} session @param {string} slug @param {() => string} token @param {number} maxBytes */
  constructor(session, slug, token, maxBytes) {
    this.session = session;
    this.slug = slug;
    this.token = token;
    this.maxBytes = maxBytes;
    this.dialog = /** @type {HTMLDialogElement} */ (byId('statement-dialog'));
    this.text = /** @type {HTMLTextAreaElement} */ (byId('statement-text'));
    this.file = /** @type {HTMLInputElement} */ (byId('statement-file'));
    this.problem = byId('statement-problem');
    this.progress = /** @type {HTMLProgressElement} */ (byId('statement-progress'));
    this.submit = /** @type {HTMLButtonElement} */ (byId('statement-submit'));
    byId('statement-open').addEventListener('click', () => this.dialog.showModal());
    byId('statement-cancel').addEventListener('click', () => this.dialog.close());
    const form = /** @type {HTMLFormElement} */ (byId('statement-form'));
    form.addEventListener('submit', (event) => { event.preventDefault(); void this.#file(); });
  }

  update() {
    const statements = this.session.state?.tender?.statements ?? [];
    const key = JSON.stringify(statements);
    if (key === this.#shown) return;
    this.#shown = key;
    byId('statements').hidden = statements.length === 0;
    byId('statement-list').replaceChildren(...statements.map((one) => statementRow(one, this.slug)));
  }

  clear() {
    this.#shown = '';
    this.dialog.close();
  }

  async #file() {
    const text = this.text.value.trim();
    const file = this.file.files?.[0] ?? null;
    if (!text) return this.#say(t('Please write what is to stand on the record.'));
    if (file && file.size > this.maxBytes) return this.#say(t('This file is too large. The limit is {limit} MB.', { limit: Math.floor(this.maxBytes / MEGABYTE) }));
    this.#say('');
    this.submit.disabled = true;
    try {
      const sent = file ? await this.#upload(file) : null;
      const answer = await this.session.command({ type: 'file_statement', text, document: sent?.document ?? null });
      if (!answer.ok) return this.#say(answer.message || t('The server could not be reached. Sala keeps trying.'));
      this.#filed();
    } catch (error) {
      this.#say(error instanceof Error ? error.message : '');
    } finally {
      this.submit.disabled = false;
      this.progress.hidden = true;
    }
  }

  #filed() {
    this.text.value = '';
    this.file.value = '';
    this.dialog.close();
    toast(t('Your statement stands on the record. The chair answers it.'), { kind: 'success' });
  }

  /** @param {File} file @returns {Promise<{document: string, sha256: string}>} */
  #upload(file) {
    const request = new XMLHttpRequest();
    request.open('POST', `/r/${this.slug}/statements`);
    request.setRequestHeader('X-Xsrftoken', this.token());
    request.setRequestHeader('X-Sala-Name', encodeURIComponent(file.name).slice(0, 1000));
    request.responseType = 'json';
    this.progress.hidden = false;
    this.progress.value = 0;
    request.upload.onprogress = (event) => (this.progress.value = event.total ? event.loaded / event.total : 0);
    return new Promise((resolve, reject) => {
      request.onerror = () => reject(new Error(t('The server could not be reached. Sala keeps trying.')));
      request.onload = () => (request.status === 201 ? resolve(request.response) : reject(new Error(request.response?.message ?? t('This did not work'))));
      request.send(file);
    });
  }

  /** @param {string} sentence */
  #say(sentence) {
    setText(this.problem, sentence);
    this.problem.hidden = sentence === '';
  }
}
