/**
 * Why a microphone or camera can't be had, and what to do, in a sentence. Pure.
 *
 * @import {DeviceProblem} from './media-devices.js'
 */

import { t } from './i18n.js';

/** @param {DeviceProblem} problem @param {'microphone' | 'camera'} kind */
export function problemSentence(problem, kind) {
  const microphone = kind === 'microphone';
  switch (problem) {
    case 'insecure': return t('This page did not come over a secure connection (https), so the browser gives no access to microphone and camera. You can enter and listen.');
    case 'blocked': return microphone
      ? t('The browser does not allow the microphone. Press the sign beside the address above, allow it, and try again. You can enter and listen meanwhile.')
      : t('The browser does not allow the camera. Press the sign beside the address above, allow it, and try again.');
    case 'missing': return microphone ? t('No microphone was found. You can enter and listen.') : t('No camera was found. That is fine: a microphone is enough.');
    case 'busy': return microphone ? t('The microphone is in use by another program. Close that program and try again.') : t('The camera is in use by another program. Close that program and try again.');
    default: return microphone ? t('The microphone could not be started.') : t('The camera could not be started.');
  }
}
