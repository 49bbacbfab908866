/**
 * Looking at a part of a page: how large, and where. Pure; lengths in pixels of the box that shows it.
 *
 * @typedef {{scale: number, x: number, y: number}} Look `x` and `y` move the page from the middle of its box.
 * @typedef {{width: number, height: number}} Size
 */

/** @type {Look} */
export const WHOLE = Object.freeze({ scale: 1, x: 0, y: 0 });
export const ZOOM_MAX = 6;
export const ZOOM_STEP = 1.5;

/** The largest size at which a page fits into a box. @param {Size} page @param {Size} box @returns {Size} */
export function fit(page, box) {
  if (!page.width || !page.height) return { width: box.width, height: box.height };
  const scale = Math.min(box.width / page.width, box.height / page.height);
  return { width: Math.floor(page.width * scale), height: Math.floor(page.height * scale) };
}

/**
 * Zoom so that the point under the finger or pointer stays where it is.
 *
 * @param {Look} look
 * @param {number} factor
 * @param {{x: number, y: number}} point From the middle of the box.
 * @param {Size} page As it is drawn at scale 1.
 * @param {Size} box
 * @returns {Look}
 */
export function zoomed(look, factor, point, page, box) {
  const scale = Math.max(1, Math.min(ZOOM_MAX, look.scale * factor));
  const by = scale / look.scale;
  return kept({ scale, x: point.x - (point.x - look.x) * by, y: point.y - (point.y - look.y) * by }, page, box);
}

/** @param {Look} look @param {number} dx @param {number} dy @param {Size} page @param {Size} box @returns {Look} */
export function moved(look, dx, dy, page, box) {
  return kept({ ...look, x: look.x + dx, y: look.y + dy }, page, box);
}

/** Never so far that the page leaves its box. @param {Look} look @param {Size} page @param {Size} box @returns {Look} */
export function kept(look, page, box) {
  const spareX = Math.max(0, (page.width * look.scale - box.width) / 2);
  const spareY = Math.max(0, (page.height * look.scale - box.height) / 2);
  const within = (/** @type {number} */ value, /** @type {number} */ spare) => Math.max(-spare, Math.min(spare, value)) + 0;
  return { scale: look.scale, x: within(look.x, spareX), y: within(look.y, spareY) };
}

const SWIPE_PX = 48;
const SWIPE_LIMIT_MS = 800;

/** -1 for back, 1 for on, 0 for no swipe. @param {number} dx @param {number} dy @param {number} tookMs */
export function swipe(dx, dy, tookMs) {
  if (tookMs > SWIPE_LIMIT_MS || Math.abs(dx) < SWIPE_PX || Math.abs(dx) < 1.5 * Math.abs(dy)) return 0;
  return dx < 0 ? 1 : -1;
}
