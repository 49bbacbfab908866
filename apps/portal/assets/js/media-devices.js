/**
 * This person's microphone, camera and speaker: asked for only when they act, remembered, followed when plugged in or out.
 *
 * @typedef {'microphone' | 'camera' | 'speaker'} Kind
 * @typedef {'insecure' | 'blocked' | 'missing' | 'busy' | 'failed'} DeviceProblem
 * @typedef {{microphone: string, camera: string, speaker: string, microphoneOn: boolean, cameraOn: boolean}} Choices
 */

const STORED = 'sala.devices';

/** @type {Choices} */
const NO_CHOICES = { microphone: '', camera: '', speaker: '', microphoneOn: true, cameraOn: true };

export const MICROPHONE_WISHES = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
export const CAMERA_WISHES = {
  width: { min: 320, ideal: 1280 },
  height: { min: 180, ideal: 720 },
  frameRate: { ideal: 25, max: 30 },
};

/** @type {Readonly<Record<string, DeviceProblem>>} */
const PROBLEMS = {
  NotAllowedError: 'blocked',
  SecurityError: 'blocked',
  NotFoundError: 'missing',
  OverconstrainedError: 'missing',
  NotReadableError: 'busy',
  AbortError: 'busy',
};

/** @param {unknown} error @returns {DeviceProblem} */
export const problemOf = (error) => PROBLEMS[error instanceof Error ? error.name : ''] ?? 'failed';

export class Devices {
  /** Tracks, lists or problems changed. @type {() => void} */
  onchange = () => {};
  /** A device came while another is in use. @type {(device: MediaDeviceInfo) => void} */
  onplugged = () => {};
  /** The microphone or camera in use went away; another was taken if there was one. @type {(kind: 'microphone' | 'camera') => void} */
  onunplugged = () => {};

  /** @type {MediaStreamTrack | null} */
  microphone = null;
  /** @type {MediaStreamTrack | null} */
  camera = null;
  /** @type {MediaDeviceInfo[]} */
  list = [];
  /** @type {{microphone: DeviceProblem | null, camera: DeviceProblem | null}} */
  problems = { microphone: null, camera: null };
  /** Whether the person was asked for devices in this page. */
  asked = false;

  /** @param {Pick<Storage, 'getItem' | 'setItem'>} storage @param {MediaDevices | null} media */
  constructor(storage = localStorage, media = navigator.mediaDevices ?? null) {
    this.storage = storage;
    this.media = media;
    this.choices = { ...NO_CHOICES, ...stored(storage) };
    if (!media) this.problems = { microphone: 'insecure', camera: 'insecure' };
    media?.addEventListener?.('devicechange', () => void this.#plugged());
  }

  /** Ask for microphone and camera together; one alone is fine, none too. Who says no is not asked twice. */
  async setUp() {
    const both = await this.#open({ microphone: true, camera: true });
    if (both === null || both === 'insecure') return;
    for (const kind of /** @type {const} */ (['microphone', 'camera'])) {
      const other = kind === 'microphone' ? 'camera' : 'microphone';
      const onlyOtherIsRefused = (await this.permission(other)) === 'denied' && (await this.permission(kind)) !== 'denied';
      if (both !== 'blocked' || onlyOtherIsRefused) await this.open(kind);
    }
  }

  /** @param {'microphone' | 'camera'} kind @returns {Promise<MediaStreamTrack | null>} */
  async open(kind) {
    if (this[kind]?.readyState === 'live') return this[kind];
    await this.#open({ microphone: kind === 'microphone', camera: kind === 'camera' });
    return this[kind];
  }

  /** @param {'microphone' | 'camera'} kind */
  close(kind) {
    const track = this[kind];
    if (!track) return;
    track.onended = null;
    track.stop();
    this[kind] = null;
    this.onchange();
  }

  /**
   * Use another device from now on.
   *
   * @param {Kind} kind
   * @param {string} id
   * @param {boolean} tries Open it too if none of its kind is open: to try it out.
   */
  async choose(kind, id, tries) {
    this.remember({ [kind]: id });
    if (kind === 'speaker') return this.onchange();
    const wasOpen = this[kind] !== null;
    this.close(kind);
    if (wasOpen || tries) await this.open(kind);
  }

  /** @param {Partial<Choices>} choices */
  remember(choices) {
    this.choices = { ...this.choices, ...choices };
    try {
      this.storage.setItem(STORED, JSON.stringify(this.choices));
    } catch {
      // private windows may refuse; the choice then lasts as long as the page
    }
  }

  /** @param {Kind} kind */
  of(kind) {
    const kinds = { microphone: 'audioinput', camera: 'videoinput', speaker: 'audiooutput' };
    return this.list.filter((device) => device.kind === kinds[kind] && device.deviceId !== '');
  }

  /** What the browser would answer; `prompt` where it does not tell. @param {'microphone' | 'camera'} kind */
  async permission(kind) {
    try {
      return (await navigator.permissions.query({ name: /** @type {any} */ (kind) })).state;
    } catch {
      return 'prompt';
    }
  }

  /**
   * @param {{microphone: boolean, camera: boolean}} wanted
   * @returns {Promise<DeviceProblem | null>}
   */
  async #open(wanted) {
    if (!this.media?.getUserMedia) return 'insecure';
    this.asked = true;
    try {
      const stream = await this.media.getUserMedia({
        audio: wanted.microphone && { ...MICROPHONE_WISHES, ...exactly(this.choices.microphone) },
        video: wanted.camera && { ...CAMERA_WISHES, ...exactly(this.choices.camera) },
      });
      for (const track of stream.getTracks()) this.#take(track);
      this.list = await this.media.enumerateDevices();
      this.onchange();
      return null;
    } catch (error) {
      const problem = problemOf(error);
      if (problem === 'missing' && this.#forget(wanted)) return this.#open(wanted);
      if (wanted.microphone) this.problems.microphone = problem;
      if (wanted.camera) this.problems.camera = problem;
      this.onchange();
      return problem;
    }
  }

  /** A remembered device that is gone must not keep the others out. @param {{microphone: boolean, camera: boolean}} wanted */
  #forget(wanted) {
    const stale = (wanted.microphone && this.choices.microphone) || (wanted.camera && this.choices.camera);
    if (stale) this.choices = { ...this.choices, microphone: '', camera: '' };
    return Boolean(stale);
  }

  /** @param {MediaStreamTrack} track */
  #take(track) {
    const kind = track.kind === 'audio' ? 'microphone' : 'camera';
    this.close(kind);
    this[kind] = track;
    this.problems[kind] = null;
    track.onended = () => void this.#ended(kind);
  }

  /** @param {'microphone' | 'camera'} kind */
  async #ended(kind) {
    this[kind] = null;
    this.choices = { ...this.choices, [kind]: '' };
    if (kind === 'microphone') await this.open(kind);
    this.onchange();
    this.onunplugged(kind);
  }

  async #plugged() {
    if (!this.asked || !this.media) return;
    const known = new Set(this.list.map((device) => device.kind + device.deviceId));
    this.list = await this.media.enumerateDevices();
    this.onchange();
    const special = (/** @type {MediaDeviceInfo} */ one) => one.deviceId === 'default' || one.deviceId === 'communications';
    const fresh = this.list.find((one) => one.kind === 'audioinput' && !special(one) && !known.has(one.kind + one.deviceId));
    if (fresh && known.size) this.onplugged(fresh);
  }
}

/** @param {string} id */
const exactly = (id) => (id ? { deviceId: { exact: id } } : {});

/** @param {Pick<Storage, 'getItem'>} storage @returns {Partial<Choices>} */
function stored(storage) {
  try {
    return JSON.parse(storage.getItem(STORED) ?? '{}');
  } catch {
    return {};
  }
}
