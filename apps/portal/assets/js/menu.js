/**
 * A menu that hangs on a button: arrow keys, Home, End, letters, Escape; goes away when the person does something else.
 *
 * @typedef {object} Item
 * @property {string} label
 * @property {string} [icon]
 * @property {boolean} [checked] Makes it one of a group of which one is chosen.
 * @property {string} [group] A heading that begins here.
 * @property {boolean} [danger]
 * @property {() => void} run
 */

import { h, icon } from './dom.js';

/** @type {(() => void) | null} */
let closeOpen = null;

/** @param {HTMLElement} anchor @param {string} label @param {Item[]} items */
export function openMenu(anchor, label, items) {
  const again = anchor.getAttribute('aria-expanded') === 'true';
  closeOpen?.();
  if (again) return;
  const buttons = items.map((item) => menuItem(item, () => close(true)));
  const menu = h('div', { class: 'menu', role: 'menu', 'aria-label': label });
  items.forEach((item, place) => {
    if (item.group !== undefined) menu.append(item.group ? h('div', { class: 'menu-group', role: 'presentation', text: item.group }) : h('hr', { role: 'separator' }));
    menu.append(/** @type {HTMLElement} */ (buttons[place]));
  });
  const close = (/** @type {boolean} */ refocus) => {
    menu.remove();
    anchor.setAttribute('aria-expanded', 'false');
    document.removeEventListener('pointerdown', outside, true);
    window.removeEventListener('resize', closeQuietly);
    closeOpen = null;
    if (refocus) anchor.focus();
  };
  const closeQuietly = () => close(false);
  const outside = (/** @type {Event} */ event) => {
    const target = /** @type {Node} */ (event.target);
    if (!menu.contains(target) && !anchor.contains(target)) close(false);
  };
  menu.addEventListener('keydown', (event) => onKey(event, buttons, close));
  document.addEventListener('pointerdown', outside, true);
  window.addEventListener('resize', closeQuietly);
  anchor.setAttribute('aria-expanded', 'true');
  (anchor.closest('dialog') ?? document.fullscreenElement ?? document.body).append(menu);
  place(menu, anchor);
  buttons[0]?.focus();
  closeOpen = closeQuietly;
}

/** @param {Item} item @param {() => void} close */
function menuItem(item, close) {
  const chosen = item.checked !== undefined;
  return h('button', {
    type: 'button',
    class: item.danger ? 'menu-item danger' : 'menu-item',
    role: chosen ? 'menuitemradio' : 'menuitem',
    'aria-checked': chosen ? String(item.checked) : undefined,
    tabindex: -1,
    onclick: () => { close(); item.run(); },
  }, icon(chosen ? 'check' : item.icon ?? 'go'), h('span', { text: item.label }));
}

/** @param {KeyboardEvent} event @param {HTMLElement[]} buttons @param {(refocus: boolean) => void} close */
function onKey(event, buttons, close) {
  const at = buttons.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  const moves = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 };
  if (event.key in moves) {
    const to = moves[/** @type {keyof typeof moves} */ (event.key)];
    buttons.at(to % buttons.length)?.focus();
  } else if (event.key === 'Escape' || event.key === 'Tab') {
    close(true);
    if (event.key === 'Tab') return;
  } else {
    const letter = event.key.toLocaleLowerCase();
    const next = [...buttons.slice(at + 1), ...buttons.slice(0, at + 1)].find((one) => one.textContent?.trim().toLocaleLowerCase().startsWith(letter));
    if (letter.length !== 1 || letter === ' ' || !next) return;
    next.focus();
  }
  event.preventDefault();
  event.stopPropagation();
}

/** Below the button if there is room, else above; never out of the page. @param {HTMLElement} menu @param {HTMLElement} anchor */
function place(menu, anchor) {
  const margin = 8;
  const at = anchor.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = menu;
  const below = at.bottom + 4 + height <= innerHeight - margin;
  const top = below ? at.bottom + 4 : Math.max(margin, at.top - 4 - height);
  const left = Math.min(innerWidth - width - margin, Math.max(margin, at.right - width));
  menu.style.setProperty('top', `${top}px`);
  menu.style.setProperty('left', `${left}px`);
}
