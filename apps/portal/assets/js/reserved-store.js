/**
 * Who of the people present may be let into a reserved part, by organisation.
 *
 * @import {Participant} from './messages.js'
 * @import {RoomState} from './store.js'
 *
 * @typedef {{participant: string, name: string, firm: string}} Guest
 */

const HERE = new Set(['present', 'reconnecting']);
const ALWAYS_IN = new Set(['moderator', 'encoder']);

/** A name as it is told apart from another of the same. @param {Pick<Participant, 'name' | 'badge'>} one */
const told = ({ name, badge }) => (badge ? `${name} ${badge}` : name);

/** Everybody who is here but the authority. @param {RoomState} state @returns {Guest[]} */
export function guests(state) {
  const here = [...state.participants.values()].filter((one) => HERE.has(one.presence) && !ALWAYS_IN.has(one.role));
  return here.map((one) => ({ participant: one.participant, name: told(one), firm: one.firm ?? '' }));
}

/**
 * Those whose name or organisation holds a text, in groups by organisation; those of none come last.
 *
 * @param {Guest[]} people
 * @param {string} wanted
 * @returns {{firm: string, people: Guest[]}[]}
 */
export function byFirm(people, wanted) {
  const needle = plain(wanted);
  /** @type {Map<string, Guest[]>} */
  const groups = new Map();
  for (const one of people) {
    if (!plain(`${one.name} ${one.firm}`).includes(needle)) continue;
    groups.set(one.firm, [...(groups.get(one.firm) ?? []), one]);
  }
  const order = (/** @type {string} */ a, /** @type {string} */ b) => a.localeCompare(b);
  return [...groups]
    .sort(([a], [b]) => Number(a === '') - Number(b === '') || order(a, b))
    .map(([firm, inside]) => ({ firm, people: inside.sort((a, b) => order(a.name, b.name)) }));
}

/** Without case and accents. @param {string} text */
const plain = (text) => text.normalize('NFD').replace(/\p{M}/gu, '').toLocaleLowerCase().trim();
