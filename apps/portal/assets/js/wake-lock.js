/** Keeps the screen awake while somebody is in a conference, where the browser can. */

/** @type {WakeLockSentinel | null} */
let lock = null;
let wanted = false;

/** @param {boolean} awake */
export function keepAwake(awake) {
  if (awake === wanted) return;
  wanted = awake;
  void renew();
}

/** The browser lets go of it whenever the page is hidden. */
async function renew() {
  if (!('wakeLock' in navigator)) return;
  if (!wanted) {
    await lock?.release().catch(() => {});
    lock = null;
  } else if (!document.hidden) {
    lock = await navigator.wakeLock.request('screen').catch(() => null); // a low battery refuses
  }
}

if (typeof document !== 'undefined') document.addEventListener('visibilitychange', () => wanted && void renew());
