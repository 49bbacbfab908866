/** Asks again before something that can't be taken back. */

import { byId, h } from './dom.js';
import { t } from './i18n.js';

/**
 * @param {object} question
 * @param {string} question.title
 * @param {string} question.text
 * @param {string} question.yes What the button that does it says.
 * @returns {Promise<boolean>}
 */
export function confirmed({ title, text, yes }) {
  const dialog = byId('confirm');
  if (!(dialog instanceof HTMLDialogElement)) return Promise.resolve(false);
  dialog.replaceChildren(
    h('h2', { id: 'confirm-title', text: title }),
    h('p', { text }),
    h('div', { class: 'actions' },
      h('button', { type: 'button', class: 'button', text: t('Cancel'), autofocus: true, onclick: () => dialog.close('no') }),
      h('button', { type: 'button', class: 'button danger', text: yes, onclick: () => dialog.close('yes') }),
    ),
  );
  dialog.returnValue = 'no';
  dialog.showModal();
  return new Promise((resolve) => dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'), { once: true }));
}
