/**
 * The room page: before joining, waiting, the conference and its end are one document; this puts its parts together.
 *
 * `/r/<slug>#listen` enters at once and only listens, without the page before joining.
 */

import { byId } from './dom.js';
import { t, useTexts } from './i18n.js';
import { BarView } from './bar-view.js';
import { CatchUpView } from './catch-up-view.js';
import { ChatView } from './chat-view.js';
import { Controls } from './controls.js';
import { Devices } from './media-devices.js';
import { LevelMeter, SPEECH_LEVEL } from './level-meter.js';
import { noticeOf } from './notices.js';
import { OverView } from './over-view.js';
import { PeoplePanel } from './people-panel.js';
import { PresenceView } from './presence-view.js';
import { RecordingView } from './recording-view.js';
import { PresentSheet } from './present-sheet.js';
import { PresentationView } from './presentation-view.js';
import { PresentationsApi } from './presentations-api.js';
import { PrejoinView } from './prejoin-view.js';
import { SettingsDialog } from './settings-dialog.js';
import { SoundOut } from './sound-out.js';
import { StageView } from './stage-view.js';
import { comesBack, memory, missed, page, session } from './start.js';
import { TenderRoom } from './tender-room.js';
import { TopView } from './top-view.js';
import { localizeTimes } from './times.js';
import { keepAwake } from './wake-lock.js';
import { clearToasts, toast } from './toasts.js';

const ATTEMPTS_BEFORE_ASKING = 4; // then the server is asked whether this person still has a seat
const MUTED_HINT_EVERY_MS = 60_000;

performance.mark('sala-scripts');
useTexts(page.language, page.texts);

/** Devices that were on before a reload, as far as they come back without a question. */
let reopened = Promise.resolve();
const devices = new Devices();
const meter = new LevelMeter();
const controls = new Controls(session, devices);
const sound = new SoundOut();
const prejoin = new PrejoinView(devices, meter);
const top = new TopView(session, page.languages);
const people = new PeoplePanel(session, controls);
const stage = new StageView(session, controls);
const chat = new ChatView(session, controls);
const bar = new BarView(session, controls, meter);
const settings = new SettingsDialog(devices, meter);
const over = new OverView();
const presentations = new PresentationsApi(page.slug, () => /** @type {HTMLInputElement} */ (document.querySelector('input[name="_xsrf"]')).value);
const presentation = new PresentationView(session, controls, stage, presentations);
const sheet = new PresentSheet(session, controls, presentations);
const presence = new PresenceView(session);
const recording = new RecordingView(session, memory);
const tender = new TenderRoom(session, controls, devices, page);
const catchUp = new CatchUpView(session);
session.tapeLights = (id) => recording.lightsOf(id);

/** For tests and for curious people: what this page knows. Reading it changes nothing. */
const inspect = {
  get phase() { return session.phase; },
  get state() { return session.state; },
  get me() { return session.me; },
  get speakers() { return session.speakers; },
  get peerConnection() { return session.media.current?.pc ?? null; },
  get transport() { return session.media.current?.id ?? null; },
  get slots() { return session.media.current?.slots ?? {}; },
  get tracks() { return session.media.current?.tracks ?? new Map(); },
  /** What is offered of a gap: from when to when (ms since 1970), and what the log says of it. */
  get missed() { return catchUp.shown; },
  get connection() { return session.connection.state; },
  /** The server's time as this page reckons it, in ms since 1970. */
  get serverMs() { return session.serverMs; },
  /** What is presented as this page shows it: the page and since when (ms since 1970), or how far its film is from the server's clock. */
  get presented() { return { ...presentation.pages?.shown, drift_s: presentation.film?.drift_s ?? null }; },
  /** Milliseconds from the page's start to the first decoded picture of somebody else; null before. */
  firstPictureMs: /** @type {number | null} */ (null),
};
Object.assign(window, { sala: inspect });

// --- what is shown ------------------------------------------------------------------------------------------------------

let drawing = false;

/** Draw once for all changes of this moment. */
function draw() {
  if (drawing) return;
  drawing = true;
  queueMicrotask(() => {
    drawing = false;
    if (!session.media.answering) drawNow(); // else once the answer is out; it takes some 50 ms
  });
}

function drawNow() {
  const inside = session.phase === 'inside' || session.phase === 'reconnecting';
  showView(inside ? (tender.apart ? 'reserved' : 'conference') : session.phase === 'over' ? 'over' : session.phase === 'outside' ? 'prejoin' : 'waiting');
  keepAwake(inside || session.phase === 'waiting');
  byId('waiting-text').hidden = session.phase !== 'waiting';
  top.update();
  if (session.phase === 'outside') prejoin.update();
  presence.update();
  recording.update();
  if (!inside) return;
  tender.update();
  if (tender.apart) return;
  stage.update();
  presentation.update();
  sheet.update();
  sound.update(session.media);
  people.update();
  bar.update();
  chat.update();
  settings.update();
  meter.listen(devices.microphone);
}

/** @param {string} view */
function showView(view) {
  if (document.body.dataset.view === view) return;
  document.body.dataset.view = view;
  for (const name of ['prejoin', 'waiting', 'conference', 'over']) byId(name).hidden = name !== view;
  if (page.tender) byId('reserved').hidden = view !== 'reserved';
  if (view === 'over' && session.ending) {
    over.show(session.ending);
    tender.over();
  }
  if (view === 'conference') chat.shown();
}

// --- what happens -------------------------------------------------------------------------------------------------------

session.onchange = draw;
session.media.onchange = draw;
controls.onchange = () => {
  if (session.phase === 'inside') remember();
  draw();
};
controls.onproblem = (sentence) => toast(sentence, { kind: 'error', urgent: true });
devices.onchange = () => {
  sound.useSpeaker(devices.choices.speaker);
  if (session.phase !== 'outside') void controls.useDevices();
  draw();
};
devices.onunplugged = (kind) => toast(unpluggedText(kind), { kind: 'warning', urgent: true });
devices.onplugged = (device) =>
  toast(t('New microphone: {name}', { name: device.label }), { action: { label: t('Use it'), run: () => void devices.choose('microphone', device.deviceId, true) } });

/** @param {'microphone' | 'camera'} kind */
function unpluggedText(kind) {
  if (kind === 'camera') return t('The camera was disconnected.');
  const next = devices.microphone?.label;
  return next ? t('The microphone was disconnected. Now in use: {name}', { name: next }) : t('The microphone was disconnected.');
}

session.onnews = (news) => {
  if (news.message) {
    if (news.message.type === 'welcome') welcomed();
    if (session.phase === 'over') finished();
    presentation.hear(news.message);
    sheet.hear(news.message);
    recording.hear(news.message);
    return;
  }
  const { event, before, after } = news;
  recording.happened(event);
  const off = { microphone_off: 'microphone', camera_off: 'camera', screen_off: 'screen' }[event.type];
  if (off && event.participant === session.me && event.reason !== 'self') {
    controls.switchedOff(/** @type {'microphone' | 'camera' | 'screen'} */ (off));
  }
  const notice = noticeOf(event, before, after, session.me);
  if (!notice) return;
  const action = notice.action ? { label: t('Check now'), run: () => settings.open() } : undefined;
  toast(notice.text, { kind: notice.kind, urgent: notice.urgent, action });
};

function welcomed() {
  performance.mark('sala-welcome');
  memory.keep({ inside: true, session: session.session });
  stage.forget();
  presence.welcomed();
  recording.welcomed();
  tender.welcomed();
  catchUp.welcomed();
  void reopened.then(() => controls.agree());
}

function finished() {
  memory.keep({ inside: false, session: null, microphone: false, camera: false });
  clearToasts();
  controls.close();
  meter.stop();
  stage.clear();
  presentation.clear();
  sheet.close();
  recording.clear();
  chat.clear();
  catchUp.clear();
  sound.update(session.media);
}

/** A reload comes back with the same devices. */
function remember() {
  memory.keep({ microphone: controls.wanted.microphone, camera: controls.wanted.camera });
}

meter.onlevel = () => {
  if (session.phase === 'outside') prejoin.drawLevel();
  else bar.drawLevel();
  settings.drawLevel();
  hintMuted();
};

let hintedAtMs = -Infinity;
let loudTimes = 0;

/** Somebody who speaks in headphones mode may not know it. */
function hintMuted() {
  const muted = session.phase === 'inside' && !controls.wanted.microphone;
  loudTimes = muted && meter.level > SPEECH_LEVEL ? loudTimes + 1 : Math.max(0, loudTimes - 1);
  if (loudTimes < 10 || performance.now() - hintedAtMs < MUTED_HINT_EVERY_MS) return;
  hintedAtMs = performance.now();
  toast(t('You seem to be speaking, but your microphone is off.'), { kind: 'warning' });
}

// --- what the person does -----------------------------------------------------------------------------------------------

prejoin.onenter = () => {
  controls.wanted = prejoin.wishes;
  if (!controls.wanted.camera) devices.close('camera');
  document.body.dataset.came = 'prejoin';
  session.enter();
};
over.onreturn = () => session.enter();
top.onsettings = () => settings.open();
top.ondisconnect = () => void session.leave();
top.ongiveup = () => void controls.ask({ type: 'take_presenter' });
people.onwrite = (one) => {
  openPanel('');
  if (!chat.visible) openPanel('chat');
  chat.writeTo(one);
};
tender.onchat = () => byId('chat-text').focus();
bar.onpresent = presentation.onchoose = () => sheet.open();
bar.onpanel = (panel) => {
  const now = byId('conference').dataset.panel ?? '';
  if (panel === 'people') openPanel(now === 'people' ? '' : 'people');
  else if (chat.visible) openPanel(now === 'chat' ? '' : 'no-chat');
  else openPanel(now === 'no-chat' ? '' : 'chat');
};
chat.onunread = () => bar.drawUnread(chat.unread);
stage.onfirstframe = () => {
  if (inspect.firstPictureMs !== null) return;
  inspect.firstPictureMs = performance.now();
  performance.mark('sala-first-picture');
};
sound.onblocked = () => toast(t('The browser waits for you before it plays sound.'), { kind: 'warning', urgent: true, action: { label: t('Play sound'), run: () => sound.unblock() } });

/** On narrow pages the people are a sheet, and the chat can make room for the picture. @param {'' | 'chat' | 'no-chat' | 'people'} panel */
function openPanel(panel) {
  byId('conference').dataset.panel = panel;
  byId('people-button').setAttribute('aria-expanded', String(panel === 'people'));
  byId('chat-button').setAttribute('aria-expanded', String(chat.visible));
  chat.shown();
  if (panel === 'people') byId('people').focus({ preventScroll: true });
}
for (const button of document.querySelectorAll('[data-close-panel]')) button.addEventListener('click', () => openPanel(''));
byId('unpin').addEventListener('click', () => stage.pin(null));
document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape' && byId('conference').dataset.panel) openPanel('');
});
document.addEventListener('pointerdown', () => sound.unblock(), { once: true });
for (const [source, hint] of /** @type {[EventTarget | undefined, string][]} */ ([[window, 'online'], [window, 'offline'], [/** @type {any} */ (navigator).connection, 'change']])) {
  source?.addEventListener(hint, () => session.networkChanged());
}
document.addEventListener('visibilitychange', () => document.hidden || session.connection.retryNow());
window.addEventListener('pagehide', () => remember());

// --- the connection's own ways -------------------------------------------------------------------------------------------

const connectionChanged = session.connection.onstate;
session.connection.onstate = (state) => {
  if (state === 'lost') catchUp.lost();
  connectionChanged(state);
  if (state === 'lost' && session.connection.attempts >= ATTEMPTS_BEFORE_ASKING) void askWhetherSeated();
};

/** A script can't see why a socket was refused; the page itself can: a signed-out person gets the page that says so. */
async function askWhetherSeated() {
  const answer = await fetch(location.pathname, { redirect: 'manual' }).catch(() => null);
  if (answer && (answer.type === 'opaqueredirect' || [401, 403, 404].includes(answer.status))) location.reload();
}

/** After a reload only what the browser gives without asking comes back on. */
async function reopenDevices() {
  const { microphone, camera } = memory.now;
  const may = await Promise.all([microphone && devices.permission('microphone'), camera && devices.permission('camera')]);
  if (may[0] === 'granted' && (await devices.open('microphone'))) controls.wanted.microphone = true;
  if (may[1] === 'granted' && (await devices.open('camera'))) controls.wanted.camera = true;
  if ((microphone && !controls.wanted.microphone) || (camera && !controls.wanted.camera)) {
    toast(t('Microphone and camera are off after the page was loaded again. Switch them on when you like.'));
  }
}

reopened = comesBack ? reopenDevices() : Promise.resolve();
for (const news of missed.splice(0)) session.onnews(news); // `start.js` was faster than this script
localizeTimes();
drawNow();
