/** Short notes at the edge of the page, read aloud by screen readers. */

import { byId, h, icon } from './dom.js';
import { t } from './i18n.js';

const SHOWN_MS = 6000; // time to read two lines
const ACTION_SHOWN_MS = 15000;
const MOST = 3;

/**
 * @param {string} text
 * @param {object} [options]
 * @param {'info' | 'warning' | 'success' | 'error'} [options.kind]
 * @param {boolean} [options.urgent] Interrupts a screen reader.
 * @param {{label: string, run: () => void}} [options.action]
 */
export function toast(text, { kind = 'info', urgent = false, action } = {}) {
  const holder = byId(urgent ? 'alerts' : 'toasts');
  const remove = () => note.remove();
  const note = h('div', { class: `toast ${kind}` },
    icon(kind === 'info' ? 'info' : kind === 'success' ? 'check' : 'alert'),
    h('span', { class: 'toast-text', text }),
    action && h('button', { type: 'button', class: 'toast-action', text: action.label, onclick: () => { remove(); action.run(); } }),
    h('button', { type: 'button', class: 'icon-button small', 'aria-label': t('Close'), onclick: remove }, icon('close')),
  );
  const same = [...holder.children].find((old) => old.querySelector('.toast-text')?.textContent === text);
  if (same) same.replaceWith(note);
  else holder.append(note);
  while (holder.children.length > MOST) holder.firstElementChild?.remove();
  setTimeout(remove, action ? ACTION_SHOWN_MS : SHOWN_MS);
}

/** The page shows something else now; what was said belongs to what went before. */
export function clearToasts() {
  byId('toasts').replaceChildren();
  byId('alerts').replaceChildren();
}
