/**
 * What is shown on the stage besides cameras and screens: documents, pictures, films (docs/protocol.md, "Presentations"). Pure.
 *
 * @import {RoomEvent} from './messages.js'
 * @import {RoomState} from './store.js'
 *
 * @typedef {'document' | 'pictures' | 'film' | 'youtube'} Kind
 *
 * @typedef {object} Showing What is on the stage.
 * @property {string} presentation
 * @property {Kind} kind
 * @property {string} title
 * @property {string | null} participant Who presents; null for an account in the console.
 * @property {number} page From 1.
 * @property {number} pages 0 for films.
 * @property {number} pages_ready
 * @property {string} video Of YouTube, else empty.
 * @property {number | null} duration_s
 * @property {boolean} playing
 * @property {number} position_s Of the film, at `at`.
 * @property {string} at
 *
 * @typedef {object} Item Something prepared that can be shown.
 * @property {string} presentation
 * @property {Kind} kind
 * @property {string} title
 * @property {'waiting' | 'converting' | 'ready' | 'failed'} state
 * @property {number | null} pages Null until it is known.
 * @property {number} pages_ready
 * @property {number | null} duration_s
 * @property {string} video
 * @property {string} code
 * @property {string} message Why it failed.
 * @property {number} size_bytes
 * @property {string} created_at
 */

const RESTART_WITHIN_S = 0.3; // pressing play this near to the end begins anew

/** @typedef {(showing: Showing, event: RoomEvent) => Showing | null} FoldShowing */

/** @type {Readonly<Record<string, FoldShowing>>} */
const CHANGES = {
  page_turned: (showing, event) => ({ ...showing, page: event.page, at: event.at }),
  presentation_played: (showing, event) => ({ ...showing, playing: true, position_s: event.position_s, at: event.at }),
  presentation_paused: (showing, event) => ({ ...showing, playing: false, position_s: event.position_s, at: event.at }),
  presentation_sought: (showing, event) => ({ ...showing, position_s: event.position_s, at: event.at }),
  presentation_handed: (showing, event) => ({ ...showing, participant: event.participant }),
  presentation_stopped: () => null,
};

/** @param {RoomEvent} event @returns {Showing} */
function started(event) {
  return {
    presentation: event.presentation,
    kind: event.kind,
    title: event.title ?? '',
    participant: event.participant ?? null,
    page: event.page,
    pages: event.pages,
    pages_ready: event.pages_ready ?? event.pages, // the server says more once it knows better
    video: event.video ?? '',
    duration_s: event.duration_s ?? null,
    playing: false,
    position_s: 0,
    at: event.at,
  };
}

/** @param {RoomState} state @param {RoomEvent} event @returns {RoomState} */
function fold(state, event) {
  if (event.type === 'presentation_started') return { ...state, presentation: started(event) };
  const change = CHANGES[event.type];
  const showing = state.presentation;
  if (!change || !showing || (event.presentation && event.presentation !== showing.presentation)) return state;
  return { ...state, presentation: change(showing, event) };
}

/** For the store's table. @type {Readonly<Record<string, (state: RoomState, event: RoomEvent) => RoomState>>} */
export const PRESENTING_FOLDS = Object.fromEntries(['presentation_started', ...Object.keys(CHANGES)].map((type) => [type, fold]));

/** More of it is ready. @param {RoomState} state @param {Item} item @returns {RoomState} */
export function prepared(state, item) {
  const showing = state.presentation;
  if (showing?.presentation !== item.presentation) return state;
  return { ...state, presentation: { ...showing, title: item.title, pages_ready: item.pages_ready, duration_s: showing.duration_s ?? item.duration_s } };
}

/** @param {{kind: Kind}} one */
export function isFilm(one) {
  return one.kind === 'film' || one.kind === 'youtube';
}

/** Whether it can be put on the stage already. @param {Item} item */
export function canStart(item) {
  return item.state !== 'failed' && (item.state === 'ready' || (!isFilm(item) && item.pages_ready > 0));
}

/**
 * A film's place at a moment of the server's clock, in seconds.
 *
 * @param {Showing} showing
 * @param {number} serverMs
 */
export function positionAt(showing, serverMs) {
  const sinceS = showing.playing ? Math.max(0, (serverMs - Date.parse(showing.at)) / 1000) : 0;
  return Math.min(showing.position_s + sinceS, showing.duration_s ?? Infinity);
}

/** Whether a film has run to its end. @param {Showing} showing @param {number} serverMs */
export function isOver(showing, serverMs) {
  return showing.duration_s !== null && positionAt(showing, serverMs) >= showing.duration_s - RESTART_WITHIN_S;
}

/** The command of the one button that plays and pauses. @param {Showing} showing @param {number} serverMs @returns {import('./messages.js').Command} */
export function playOrPause(showing, serverMs) {
  if (isOver(showing, serverMs)) return { type: 'play', position_s: 0 };
  return showing.playing ? { type: 'pause' } : { type: 'play' };
}

/** Pages to hold ready: the one shown, then those that come next, then the last. @param {number} page @param {number} pages_ready @returns {number[]} */
export function pagesToHold(page, pages_ready) {
  return [page, page + 1, page + 2, page - 1].filter((one) => one >= 1 && one <= pages_ready);
}

/**
 * The page that a key leads to; null for keys that mean nothing here.
 *
 * @param {string} key
 * @param {{page: number, pages: number}} at
 * @param {boolean} onStage Whether the stage itself has the focus: then the space bar and the far keys count too.
 * @returns {number | null}
 */
export function pageByKey(key, { page, pages }, onStage) {
  const next = Math.min(pages, page + 1);
  const last = Math.max(1, page - 1);
  switch (key) {
    case 'ArrowRight': case 'PageDown': return next;
    case 'ArrowLeft': case 'PageUp': return last;
    case ' ': return onStage ? next : null;
    case 'Home': return onStage ? 1 : null;
    case 'End': return onStage ? pages : null;
    default: return null;
  }
}

/** `1:02:03` or `2:03`. @param {number} seconds */
export function filmTime(seconds) {
  const whole = Number.isFinite(seconds) ? Math.max(0, Math.floor(seconds)) : 0;
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (/** @type {number} */ number) => String(number).padStart(2, '0');
  return h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}
