/**
 * What a tab remembers over a reload: that the person was inside, and with which devices.
 *
 * @typedef {{tab: string, inside: boolean, session: string | null, microphone: boolean, camera: boolean}} Memory
 */

export class TabMemory {
  /** @type {Memory} */
  now;

  /** @param {string} slug @param {Pick<Storage, 'getItem' | 'setItem'>} storage */
  constructor(slug, storage = sessionStorage) {
    this.key = `sala.room.${slug}`;
    this.storage = storage;
    this.now = { tab: newId(), inside: false, session: null, microphone: false, camera: false, ...this.#read() };
  }

  /** @param {Partial<Memory>} change */
  keep(change) {
    this.now = { ...this.now, ...change };
    try {
      this.storage.setItem(this.key, JSON.stringify(this.now));
    } catch {
      // without storage a reload begins at the page before joining
    }
  }

  /** @returns {Partial<Memory>} */
  #read() {
    try {
      return JSON.parse(this.storage.getItem(this.key) ?? '{}');
    } catch {
      return {};
    }
  }
}

/** 96 random bits; `randomUUID` would need a secure context. */
function newId() {
  return [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
