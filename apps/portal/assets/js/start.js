/**
 * Connects while the rest of the page still loads, if the person is inside already or only wants to listen (`#listen`); the answer to the
 * server's offer does not wait for what draws. `room.js` goes on with the same session.
 */

import { Session } from './session.js';
import { TabMemory } from './tab-memory.js';
import { choose } from './view.js';

/** @type {{slug: string, socket: string, language: string, languages: Record<string, string>, texts: import('./i18n.js').Catalogue, tender?: import('./tender-room.js').TenderPage | null}} */
export const page = JSON.parse(document.getElementById('page-values')?.textContent ?? '{}');
export const memory = new TabMemory(page.slug);
export const session = new Session({
  url: new URL(page.socket, location.href.replace(/^http/, 'ws')).href,
  device: deviceKind(),
  tab: memory.now.tab,
  session: memory.now.session,
});
export const listens = location.hash === '#listen';
export const comesBack = memory.now.inside && !listens;

if (listens || comesBack) {
  session.onchange = session.media.onchange = sendFirstView;
  session.enter(/** @type {any} */ (window).salaSocket);
}

/** Ask for pictures as soon as anybody can answer; how large they are is told once they are drawn. */
function sendFirstView() {
  if (!session.state || session.media.transport === null) return;
  const { stage, thumbnails } = choose(session.state, { me: session.me, pinned: null, speaker: null });
  const notMine = stage && stage.participant !== session.me ? stage : null;
  if (!session.sendView({ stage: notMine, thumbnails, stage_height_px: 0, thumbnail_height_px: 0 })) return;
  session.onchange = session.media.onchange = () => {};
}

/** @returns {'phone' | 'tablet' | 'desktop'} */
function deviceKind() {
  const coarse = matchMedia('(pointer: coarse)').matches;
  const shortSide = Math.min(screen.width, screen.height);
  return coarse && shortSide < 600 ? 'phone' : coarse && shortSide < 1100 ? 'tablet' : 'desktop';
}
