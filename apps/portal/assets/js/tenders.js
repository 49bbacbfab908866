/** Shows and hides the yellow button while the page is open: the server tells when a session can be entered and when it ends (C3). */

import { Connection } from './protocol.js';

/** @typedef {{type: 'sessions', live: string[]} | {type: 'session', tender: string, live: boolean} | {type: 'refused', code: string} | {type: 'pong'}} TenderMessage */

/** @param {string} tender @param {boolean} live */
function show(tender, live) {
  for (const button of document.querySelectorAll(`[data-follow="${CSS.escape(tender)}"]`)) /** @type {HTMLElement} */ (button).hidden = !live;
  document.querySelector(`[data-session="${CSS.escape(tender)}"]`)?.toggleAttribute('data-live', live);
}

/** @param {TenderMessage} message */
function take(message) {
  if (message.type === 'session') show(message.tender, message.live);
  if (message.type === 'refused') location.reload(); // signed out: the server leads on to where one signs in
  if (message.type !== 'sessions') return;
  for (const button of document.querySelectorAll('[data-follow]')) {
    const tender = button.getAttribute('data-follow') ?? '';
    show(tender, message.live.includes(tender));
  }
  document.documentElement.dataset.bell = 'on';
}

const bell = new Connection({ url: new URL('/ws/tenders', location.href.replace(/^http/, 'ws')).href, hello: () => ({}) });
bell.onmessage = (message) => take(/** @type {TenderMessage} */ (/** @type {unknown} */ (message)));
bell.open();
addEventListener('online', () => bell.retryNow());
addEventListener('pageshow', (event) => {
  if (event.persisted) location.reload(); // taken out of the browser's memory: what it shows is old
});
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) bell.retryNow();
});
