/**
 * The page of a recording: chat and events in step with the player, speed, and jumping by a press on a line.
 *
 * @typedef {{at_ms: number, kind: 'chat' | 'event', name: string, text: string}} Entry
 */

import { byId, h } from './dom.js';
import { linkify } from './linkify.js';

const player = /** @type {HTMLMediaElement} */ (byId('player'));
const list = byId('beside');
/** @type {{entries: Entry[]}} */
const { entries } = JSON.parse(byId('page-values').textContent ?? '{"entries":[]}');

/** What was missed plays from a little before: to find back in, and because a lost line is noticed late. */
const LEAD_IN_MS = 10_000;

/** @param {number} ms */
function clock(ms) {
  const seconds = Math.floor(ms / 1000);
  const two = (/** @type {number} */ value) => String(value).padStart(2, '0');
  return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

/** Where the part ends that is being caught up with; the player stops there. */
let stopMs = Infinity;

const lines = entries.map((entry) => {
  const jump = h('button', { type: 'button', class: 'link-button', onclick: () => jumpTo(entry.at_ms) }, clock(entry.at_ms));
  const text = h('span', { class: 'beside-text' }, entry.name && h('strong', {}, h('bdi', { text: `${entry.name}: ` })), ...(entry.kind === 'chat' ? pieces(entry.text) : [entry.text]));
  return h('li', { class: `beside-line ${entry.kind}` }, jump, text);
});
list.replaceChildren(...lines);

/** @param {string} text */
function pieces(text) {
  return linkify(text).map((piece) => (piece.href ? h('a', { href: piece.href, rel: 'noopener noreferrer', target: '_blank' }, piece.text) : piece.text));
}

/** @param {number} ms */
function jumpTo(ms) {
  stopMs = Infinity;
  player.currentTime = ms / 1000;
  void player.play().catch(() => {});
}

for (const button of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('.missed [data-from]'))) {
  button.addEventListener('click', () => {
    jumpTo(Math.max(0, Number(button.dataset.from) - LEAD_IN_MS));
    stopMs = Number(button.dataset.to);
  });
}

function inStep() {
  if (player.currentTime * 1000 >= stopMs) {
    stopMs = Infinity;
    player.pause();
  }
  const nowMs = player.currentTime * 1000 + 200;
  let current = -1;
  entries.forEach((entry, at) => {
    if (entry.at_ms <= nowMs) current = at;
    lines[at]?.classList.toggle('later', entry.at_ms > nowMs);
  });
  lines.forEach((line, at) => line.toggleAttribute('aria-current', at === current));
  if (!player.paused) lines[current]?.scrollIntoView({ block: 'nearest' });
}

player.addEventListener('timeupdate', inStep);
player.addEventListener('seeked', inStep);
byId('speed').addEventListener('change', (event) => {
  player.playbackRate = Number(/** @type {HTMLSelectElement} */ (event.target).value);
});
inStep();
