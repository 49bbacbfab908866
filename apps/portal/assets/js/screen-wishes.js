/**
 * What a browser is asked for when somebody shows a screen, a window or a tab. Pure.
 *
 * @typedef {DisplayMediaStreamOptions & Record<string, unknown>} ScreenWishes
 */

/**
 * Text stays readable: as large as it is, up to what an encoder in a browser bears, at a modest rate. The screen's own sound goes along unchanged.
 *
 * @param {Record<string, boolean>} knows What the browser says it understands (`getSupportedConstraints`).
 * @returns {ScreenWishes}
 */
export function screenWishes(knows) {
  const keepsUsOut = knows.restrictOwnAudio === true; // the voices of the conference must not come back to it
  return {
    video: { frameRate: { ideal: 15, max: 30 }, width: { max: 2560 }, height: { max: 1600 } },
    audio: /** @type {MediaTrackConstraints} */ ({ echoCancellation: false, noiseSuppression: false, autoGainControl: false, restrictOwnAudio: true }),
    systemAudio: keepsUsOut ? 'include' : 'exclude', // a tab's sound is offered in any case
    selfBrowserSurface: 'exclude', // a picture of itself in itself without end
    surfaceSwitching: 'include',
    monitorTypeSurfaces: 'include',
  };
}
