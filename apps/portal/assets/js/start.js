/**
 * Goes on with the connection that the page's head began (`early_socket.js`), if the person is inside already or only wants to listen
 * (`#listen`); the answer to the server's offer does not wait for what draws. `room.js` goes on with the same session.
 */

import { Session } from './session.js';
import { TabMemory } from './tab-memory.js';
import { choose } from './view.js';

/** @type {{slug: string, socket: string, language: string, languages: Record<string, string>, texts: import('./i18n.js').Catalogue, tender?: import('./tender-room.js').TenderPage | null}} */
export const page = JSON.parse(document.getElementById('page-values')?.textContent ?? '{}');
export const memory = new TabMemory(page.slug);
/** @type {{device: string, begun?: import('./protocol.js').Early}} */
const early = /** @type {any} */ (window).salaEarly;
export const session = new Session({
  url: new URL(page.socket, location.href.replace(/^http/, 'ws')).href,
  device: early.device,
  tab: memory.now.tab,
  session: memory.now.session,
});
/** What happened before anything could hear it; `room.js` takes it over. @type {import('./session.js').News[]} */
export const missed = [];
session.onnews = (news) => missed.push(news);
export const listens = location.hash === '#listen';
export const comesBack = memory.now.inside && !listens;

if (listens || comesBack) {
  session.onchange = session.media.onchange = sendFirstView;
  session.enter(early.begun);
}

/** Ask for pictures as soon as anybody can answer; how large they are is told once they are drawn. */
function sendFirstView() {
  if (!session.state || session.media.transport === null) return;
  const { stage, thumbnails } = choose(session.state, { me: session.me, pinned: null, speaker: null });
  const notMine = stage && stage.participant !== session.me ? stage : null;
  if (!session.sendView({ stage: notMine, thumbnails, stage_height_px: 0, thumbnail_height_px: 0 })) return;
  session.onchange = session.media.onchange = () => {};
}
