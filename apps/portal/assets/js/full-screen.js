/** Mission A10: what is on the stage, as large as the screen. */

import { byId } from './dom.js';

export async function toggleFullScreen() {
  if (document.fullscreenElement) await document.exitFullscreen();
  else await byId('stage-area').requestFullscreen();
}
