/**
 * Finds web addresses in a chat message. Only http and https become links.
 *
 * @typedef {{text: string, href: string | null}} Piece
 */

const ADDRESS = /https?:\/\/[^\s<>"']{1,2000}/gi;
const TRAILING = /[.,;:!?)\]}»”’]+$/; // belongs to the sentence around the address

/** @param {string} text @returns {Piece[]} */
export function linkify(text) {
  /** @type {Piece[]} */
  const pieces = [];
  let end = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const shown = match[0].replace(TRAILING, '');
    const href = addressOf(shown);
    if (!href) continue;
    if (match.index > end) pieces.push({ text: text.slice(end, match.index), href: null });
    pieces.push({ text: isPlain(shown) ? shown : href, href });
    end = match.index + shown.length;
  }
  if (end < text.length) pieces.push({ text: text.slice(end), href: null });
  return pieces;
}

/** @param {string} shown @returns {string | null} */
function addressOf(shown) {
  try {
    const url = new URL(shown);
    const harmless = url.protocol === 'http:' || url.protocol === 'https:';
    return harmless && !url.username && !url.password ? url.href : null;
  } catch {
    return null;
  }
}

/** Letters of other alphabets can pretend to be another host: then the address is shown as it really is. */
/** @param {string} shown */
const isPlain = (shown) => /^[\x21-\x7e]+$/.test(shown);
