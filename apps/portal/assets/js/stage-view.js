/**
 * The stage and the small pictures; tells the server what is shown and how large.
 *
 * @import {Session} from './session.js'
 * @import {Controls} from './controls.js'
 * @import {TrackRef} from './messages.js'
 * @import {RoomState} from './store.js'
 */

import { byId, h, setText } from './dom.js';
import { choose, sameTrack, SpeakerHold, SPEAKER_HOLD_MS } from './view.js';
import { Tile } from './tile.js';
import { t } from './i18n.js';

const RESIZE_SETTLE_MS = 200;

export class StageView {
  /** The first picture of somebody else was decoded. @type {() => void} */
  onfirstframe = () => {};
  /** What this person put on the stage by hand. @type {TrackRef | null} */
  pinned = null;

  #hold = new SpeakerHold();
  /** @type {Tile | null} */
  #stage = null;
  /** @type {Map<string, Tile>} */
  #thumbnails = new Map();
  #page = 0;
  #sentView = '';
  /** @type {any} */
  #speakerTimer = null;
  /** @type {any} */
  #resizeTimer = null;

  /** @param {Session} session @param {Controls} controls */
  constructor(session, controls) {
    this.session = session;
    this.controls = controls;
    this.box = byId('stage');
    this.strip = byId('thumbnails');
    this.empty = byId('stage-empty');
    this.more = h('button', { type: 'button', id: 'more-thumbnails', class: 'button small', hidden: true, onclick: () => this.#turnPage() });
    this.strip.after(this.more);
    new ResizeObserver(() => {
      clearTimeout(this.#resizeTimer);
      this.#resizeTimer = setTimeout(() => this.update(), RESIZE_SETTLE_MS);
    }).observe(this.box);
  }

  update() {
    const { state, me } = this.session;
    if (!state) return;
    this.#listen();
    const choice = choose(state, { me, pinned: this.pinned, speaker: this.#hold.speaker, page: this.#page });
    this.#page = choice.page;
    this.more.hidden = choice.pages < 2;
    setText(this.more, t('More cameras ({page} of {pages})', { page: choice.page + 1, pages: choice.pages }));
    this.#drawStage(state, choice.stage);
    this.#drawStrip(state, choice.stage, choice.thumbnails);
    this.#tellServer(choice);
  }

  /** Show the next small pictures; after the last come the first. */
  #turnPage() {
    this.#page += 1;
    this.update();
  }

  /** A new connection knows nothing of what was said on the last. */
  forget() {
    this.#sentView = '';
  }

  /** Empties everything: the conference is over. */
  clear() {
    this.#stage?.remove();
    this.#stage = null;
    for (const tile of this.#thumbnails.values()) tile.remove();
    this.#thumbnails.clear();
    this.pinned = null;
    this.forget();
  }

  #listen() {
    const { speakers, me } = this.session;
    const changed = this.#hold.hear(speakers, me, performance.now());
    clearTimeout(this.#speakerTimer);
    if (!changed && speakers.some((one) => one !== me && one !== this.#hold.speaker)) {
      this.#speakerTimer = setTimeout(() => this.update(), SPEAKER_HOLD_MS);
    }
  }

  /** @param {RoomState} state @param {TrackRef | null} ref */
  #drawStage(state, ref) {
    if (!sameTrack(this.#stage?.ref ?? null, ref)) {
      this.#stage?.remove();
      this.#stage = ref ? this.#tile(ref, 'stage') : null;
      if (this.#stage) this.box.append(this.#stage.element);
    }
    this.empty.hidden = ref !== null || state.presentation !== null;
    const speaker = this.#hold.speaker && state.participants.get(this.#hold.speaker);
    setText(this.empty, speaker && this.session.speakers.length ? t('{name} is speaking.', { name: speaker.name }) : t('Nobody is showing a picture.'));
    if (this.#stage && ref) this.#fill(this.#stage, state, ref, true);
  }

  /** Oneself first, then the others. @param {RoomState} state @param {TrackRef | null} stage @param {TrackRef[]} others */
  #drawStrip(state, stage, others) {
    const { me } = this.session;
    /** @type {TrackRef} */
    const own = { participant: me, source: 'camera' };
    const refs = state.participants.get(me)?.camera && !sameTrack(stage, own) ? [own, ...others] : others;
    const wanted = new Set(refs.map((ref) => ref.participant));
    for (const [id, tile] of this.#thumbnails) {
      if (wanted.has(id)) continue;
      tile.remove();
      this.#thumbnails.delete(id);
    }
    refs.forEach((ref, place) => {
      const tile = this.#thumbnails.get(ref.participant) ?? this.#thumbnail(ref);
      if (this.strip.children[place] !== tile.element) this.strip.insertBefore(tile.element, this.strip.children[place] ?? null);
      this.#fill(tile, state, ref, false);
    });
    this.strip.hidden = refs.length === 0;
  }

  /** @param {TrackRef} ref */
  #thumbnail(ref) {
    const tile = this.#tile(ref, 'thumbnail');
    tile.element.addEventListener('click', () => this.pin(sameTrack(this.pinned, ref) ? null : ref));
    this.#thumbnails.set(ref.participant, tile);
    return tile;
  }

  /** @param {TrackRef | null} ref */
  pin(ref) {
    this.pinned = ref;
    this.update();
    byId('unpin').hidden = ref === null;
  }

  /** @param {TrackRef} ref @param {'stage' | 'thumbnail'} size */
  #tile(ref, size) {
    const tile = new Tile(ref, size);
    if (ref.participant !== this.session.me) tile.onframe = () => this.onfirstframe();
    return tile;
  }

  /** @param {Tile} tile @param {RoomState} state @param {TrackRef} ref @param {boolean} large */
  #fill(tile, state, ref, large) {
    const one = state.participants.get(ref.participant);
    if (!one) return;
    const me = ref.participant === this.session.me;
    const name = ref.source === 'screen' ? t('Screen of {name}', { name: one.name }) : one.badge ? `${one.name} ${one.badge}` : one.name;
    const shown = me && ref.source === 'camera' ? t('You') : name;
    tile.describe({
      name: shown,
      me,
      speaking: one.microphone && this.session.speakers.includes(one.participant) && ref.source === 'camera',
      mirrored: me && ref.source === 'camera',
      sign: ref.source === 'screen' ? 'screen' : one.microphone ? '' : 'mic-off',
    });
    if (!large) tile.element.setAttribute('aria-label', t('Show {name} large', { name: shown }));
    const picture = me ? this.#own(ref) : this.session.media.videoOf(ref, large);
    tile.show(picture, picture ? `${picture.transport}/${picture.mid}` : '');
  }

  /** @param {TrackRef} ref */
  #own(ref) {
    const track = ref.source === 'screen' ? this.controls.screen?.getVideoTracks()[0] : this.controls.devices.camera;
    return track ? { mid: 'own', track, transport: 'own' } : null;
  }

  /** @param {import('./view.js').Choice} choice */
  #tellServer(choice) {
    const transport = this.session.media.transport;
    if (transport === null) return;
    const notMine = choice.stage && choice.stage.participant !== this.session.me ? choice.stage : null;
    const view = {
      stage: notMine,
      thumbnails: choice.thumbnails,
      stage_height_px: Math.round(this.box.clientHeight * devicePixelRatio),
      thumbnail_height_px: Math.round((this.strip.clientHeight || 90) * devicePixelRatio),
    };
    const key = JSON.stringify([transport, view]);
    if (key !== this.#sentView && this.session.sendView(view)) this.#sentView = key;
  }
}
