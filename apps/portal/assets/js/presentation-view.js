/**
 * What is presented, on the stage: pages or a film, with their buttons and keys.
 *
 * @import {Session} from './session.js'
 * @import {Controls} from './controls.js'
 * @import {StageView} from './stage-view.js'
 * @import {PresentationsApi} from './presentations-api.js'
 * @import {Showing} from './presenting.js'
 * @import {ServerMessage} from './messages.js'
 */

import { byId } from './dom.js';
import { toggleFullScreen } from './full-screen.js';
import { FilmView } from './film-view.js';
import { FILM_STEPS, YOUTUBE_STEPS } from './in-step.js';
import { PagesView } from './pages-view.js';
import { PresentationBar } from './presentation-bar.js';
import { isFilm, pageByKey } from './presenting.js';
import { inTheRoom, mayPresent } from './store.js';
import { VideoPlayer } from './video-player.js';
import { isOn } from './view.js';
import { YoutubeView } from './youtube-view.js';

const TYPING = 'input, textarea, select, [contenteditable], dialog, [role="menu"], [role="log"]';

export class PresentationView {
  /** Somebody wants to present something else. @type {() => void} */
  onchoose = () => {};
  /** @type {PagesView | FilmView | null} */
  view = null;

  /** @type {string} */
  #of = '';
  /** A turn that the server has not answered yet: a second press goes on from there. @type {number | null} */
  #turning = null;

  /** @param {Session} session @param {Controls} controls @param {StageView} stage @param {PresentationsApi} api */
  constructor(session, controls, stage, api) {
    this.session = session;
    this.controls = controls;
    this.stage = stage;
    this.api = api;
    this.box = byId('presentation');
    this.bar = new PresentationBar({
      turn: (by) => this.#turnBy(by),
      zoom: (factor) => this.#zoom(factor),
      point: () => this.#togglePointing(),
      strip: () => this.#toggleStrip(),
      fullScreen: () => void toggleFullScreen(),
      choose: () => this.onchoose(),
      stop: () => void controls.ask({ type: 'stop_presentation' }),
      heirs: () => this.#heirs(),
      handOver: (one) => void controls.ask({ type: 'give_presenter', participant: one.participant }),
      giveUp: () => void controls.ask({ type: 'take_presenter' }),
    });
    document.addEventListener('keydown', (event) => this.#onKey(event));
  }

  /** What is on the stage, if it is a presentation. @returns {Showing | null} */
  get showing() {
    return this.session.state?.presentation ?? null;
  }

  get leads() {
    const { state, self } = this.session;
    return !!state && !!self && mayPresent(state, self);
  }

  /** Pages or a film, whichever is there. */
  get pages() { return this.view instanceof PagesView ? this.view : null; }
  get film() { return this.view instanceof FilmView ? this.view : null; }

  update() {
    const { state, self } = this.session;
    const { showing } = this;
    const key = showing ? `${showing.presentation} ${showing.kind}` : '';
    if (key !== this.#of) this.#begin(showing, key);
    const { pinned } = this.stage;
    this.box.hidden = !showing || !state || (pinned !== null && isOn(state, pinned));
    if (!showing || !this.view) return;
    this.box.setAttribute('aria-label', showing.title);
    this.view.update(showing, this.leads);
    this.bar.update({
      title: showing.title, page: showing.page, pages: showing.pages, leads: this.leads, moderates: self?.role === 'moderator', presents: !!self && state?.presenter === self.participant,
      pointing: this.pages?.look.points ?? false, strip: this.pages?.strip.open ?? false, zoomed: (this.pages?.look.look.scale ?? 1) > 1,
    });
  }

  /** The presenter points. @param {ServerMessage} message */
  hear(message) {
    if (message.type !== 'pointer' || !this.pages) return;
    const { x, y, participant } = message;
    const name = this.session.state?.participants.get(participant ?? '')?.name ?? '';
    this.pages.pointTo(x === null || y === null ? null : { x, y }, name);
  }

  clear() {
    this.#begin(null, '');
    this.box.hidden = true;
  }

  /** @param {Showing | null} showing @param {string} key */
  #begin(showing, key) {
    const stripOpen = this.pages?.strip.open ?? innerWidth > 860;
    this.view?.close();
    this.view = null;
    this.#of = key;
    this.#turning = null;
    if (!showing) return this.box.replaceChildren();
    this.view = isFilm(showing) ? this.#film(showing) : this.#paged(showing, stripOpen);
    this.box.replaceChildren(this.view.element, this.bar.element);
  }

  /** @param {Showing} showing */
  #film(showing) {
    const youtube = showing.kind === 'youtube';
    const player = youtube ? new YoutubeView(showing.video, showing.title) : new VideoPlayer(this.api.filmAddress(showing.presentation), showing.title);
    const film = new FilmView(showing, this.session, player, youtube ? YOUTUBE_STEPS : FILM_STEPS);
    film.oncommand = (command) => void this.controls.ask(command);
    return film;
  }

  /** @param {Showing} showing @param {boolean} stripOpen */
  #paged(showing, stripOpen) {
    const pages = new PagesView(showing, this.api);
    pages.strip.open = stripOpen;
    pages.onturn = (page) => void this.#turn(page);
    pages.onpoint = (place) => this.session.point(place);
    const placed = pages.look.onchange;
    pages.look.onchange = () => {
      placed();
      this.bar.out.disabled = pages.look.look.scale <= 1;
    };
    return pages;
  }

  /** @param {number} by */
  #turnBy(by) {
    if (this.showing) void this.#turn((this.#turning ?? this.showing.page) + by);
  }

  /** @param {number} page */
  async #turn(page) {
    const { showing } = this;
    if (!showing || !this.leads || page < 1 || page > showing.pages || page === (this.#turning ?? showing.page)) return;
    this.#turning = page;
    await this.controls.ask({ type: 'turn_page', page });
    if (this.#turning === page) this.#turning = null;
  }

  /** @param {number | null} factor */
  #zoom(factor) {
    if (factor === null) this.pages?.look.whole();
    else this.pages?.look.by(factor);
    this.update();
  }

  #togglePointing() {
    const { pages } = this;
    pages?.setPointing(!pages.look.points);
    this.update();
  }

  #toggleStrip() {
    if (this.pages) this.pages.strip.open = !this.pages.strip.open;
    this.update();
  }

  #heirs() {
    const { state, me } = this.session;
    const already = [state?.presenter, this.showing?.participant === me ? me : null];
    return state ? inTheRoom(state).filter((one) => !already.includes(one.participant)) : [];
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    const { showing } = this;
    const target = event.target instanceof Element ? event.target : document.body;
    if (!showing || this.box.hidden || !this.leads || event.altKey || event.ctrlKey || event.metaKey || target.closest(TYPING)) return;
    const onStage = target === this.box || (target === document.body && document.fullscreenElement !== null);
    if (this.film) {
      if (event.key !== ' ' || !onStage) return;
      this.film.toggle();
    } else {
      const page = pageByKey(event.key, { page: this.#turning ?? showing.page, pages: showing.pages }, onStage);
      if (page === null) return;
      void this.#turn(page);
    }
    event.preventDefault();
  }
}
