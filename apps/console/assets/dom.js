// Small helpers that stand at the head of each part's module: making elements, icons, buttons that ask twice.

const SVG = "http://www.w3.org/2000/svg";

/** Lines of the icons, drawn in a square of 24. */
const ICONS = {
  microphone: ["M9 5a3 3 0 0 1 6 0v6a3 3 0 0 1-6 0z", "M5 11a7 7 0 0 0 14 0", "M12 18v3"],
  "microphone-off": ["M9 9v2a3 3 0 0 0 5 2.2", "M15 10V5a3 3 0 0 0-5.7-1.3", "M5 11a7 7 0 0 0 11 5.7", "M19 11a7 7 0 0 1-.6 2.9", "M12 18v3", "M3 3l18 18"],
  camera: ["M3 7h11a1 1 0 0 1 1 1v8a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1z", "M15 11l6-4v10l-6-4"],
  screen: ["M3 4h18v12H3z", "M8 20h8", "M12 16v4"],
  hand: ["M7 12V6a1.5 1.5 0 0 1 3 0v5", "M10 10V4.500a1.500 1.500 0 0 1 3 0V11", "M13 10V6a1.500 1.500 0 0 1 3 0v6", "M16 10a1.500 1.500 0 0 1 3 0v5a6 6 0 0 1-6 6h-1a6 6 0 0 1-5-2.700L4 14.500a1.500 1.500 0 0 1 2.500-1.600L8 15"],
  lock: ["M5 11h14v9H5z", "M8 11V8a4 4 0 0 1 8 0v3"],
  unlock: ["M5 11h14v9H5z", "M8 11V8a4 4 0 0 1 7.500-2"],
  presenter: ["M4 4h16v10H4z", "M12 14v3", "M8 21l4-4 4 4", "M8 9l3 2 5-4"],
  remove: ["M10 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8z", "M3 20a7 7 0 0 1 12-4.900", "M17 16l4 4", "M21 16l-4 4"],
  role: ["M4 4h16v16H4z", "M9 12l2 2 4-4"],
  edit: ["M4 20h4L19 9l-4-4L4 16z", "M13 7l4 4"],
  record: ["M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z", "M12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6z"],
  trash: ["M4 7h16", "M9 7V4h6v3", "M6 7l1 13h10l1-13"],
  archive: ["M3 5h18v4H3z", "M5 9v11h14V9", "M10 13h4"],
  mail: ["M3 5h18v14H3z", "M3 7l9 6 9-6"],
  enter: ["M14 4h6v16h-6", "M4 12h11", "M11 8l4 4-4 4"],
  people: ["M9 11a4 4 0 1 0 0-8 4 4 0 0 0 0 8z", "M2 21a7 7 0 0 1 14 0", "M16 4a4 4 0 0 1 0 7", "M19 15a7 7 0 0 1 3 6"],
  calendar: ["M4 6h16v15H4z", "M4 11h16", "M8 3v4", "M16 3v4"],
  book: ["M5 4h14v16H5z", "M9 4v16", "M12 9h4", "M12 13h4"],
  list: ["M9 6h11", "M9 12h11", "M9 18h11", "M4 6h1", "M4 12h1", "M4 18h1"],
  key: ["M8 19a4 4 0 1 0 0-8 4 4 0 0 0 0 8z", "M11 12l9-9", "M16 7l3 3"],
  plus: ["M12 5v14", "M5 12h14"],
  download: ["M12 4v11", "M7 11l5 5 5-5", "M4 20h16"],
  sound: ["M4 9v6h4l5 4V5L8 9z", "M16.500 8.500a5 5 0 0 1 0 7", "M19 6a8.500 8.500 0 0 1 0 12"],
  "sound-off": ["M4 9v6h4l5 4V5L8 9z", "M17 10l5 5", "M22 10l-5 5"],
  gauge: ["M4 19a9 9 0 1 1 16 0", "M12 15l4-6"],
  settings: ["M4 7h10", "M18 7h2", "M4 17h2", "M10 17h10", "M16 9a2 2 0 1 0 0-4 2 2 0 0 0 0 4z", "M8 19a2 2 0 1 0 0-4 2 2 0 0 0 0 4z"],
  stop: ["M6 6h12v12H6z"],
  menu: ["M4 7h16", "M4 12h16", "M4 17h16"],
  back: ["M15 5l-7 7 7 7"],
  next: ["M9 5l7 7-7 7"],
  play: ["M7 5l12 7-12 7z"],
  pause: ["M8 5v14", "M16 5v14"],
  gavel: ["M14 4l6 6-3 3-6-6z", "M11 10l-7 7 3 3 7-7", "M13 21h8"],
  briefcase: ["M3 8h18v12H3z", "M9 8V5h6v3", "M3 13h18"],
  leave: ["M10 4H4v16h6", "M9 12h11", "M16 8l4 4-4 4"],
  live: ["M12 14a2 2 0 1 0 0-4 2 2 0 0 0 0 4z", "M7.500 16.500a6.400 6.400 0 0 1 0-9", "M16.500 7.500a6.400 6.400 0 0 1 0 9", "M4.500 19.500a10.600 10.600 0 0 1 0-15", "M19.500 4.500a10.600 10.600 0 0 1 0 15"],
};

/** Make an element: attributes by name, `on…` as listeners, children as nodes or text. */
function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "value" || name === "checked" || name === "disabled") element[name] = value;
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false && child !== ""));
  return element;
}

/** Draw an icon; it is decoration, the name stands beside it or in the button's label. */
function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  for (const line of ICONS[name] ?? []) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", line);
    svg.append(path);
  }
  return svg;
}

const CONFIRM_WITHIN_MS = 5000;

/**
 * A button or link from its description: {name, label, icon, tone, only_icon, href, outside, confirm, on, disabled, why}.
 * With `confirm` the first press shows that sentence for 5 s, and only a second press within them counts.
 */
function actionButton(action, press) {
  const classes = [action.tone, action.only_icon && "only-icon", action.on && "on"].filter(Boolean).join(" ");
  const words = action.only_icon ? h("span", { class: "hidden" }, action.label) : action.label;
  const inside = [action.icon && icon(action.icon), words];
  if (action.href) {
    const outside = action.outside ? { target: "_blank", rel: "noopener" } : {};
    return h("a", { class: `button ${classes}`, href: action.href, title: action.only_icon ? action.label : undefined, ...outside }, ...inside);
  }
  const button = h("button", { type: "button", class: classes, "data-action": action.name, "data-key": action.key, "aria-keyshortcuts": action.key, "data-key-goes": action.key_goes, disabled: Boolean(action.disabled), title: action.why || (action.only_icon ? action.label : undefined) }, ...inside);
  let timer = 0;
  const disarm = () => { clearTimeout(timer); timer = 0; button.classList.remove("armed"); button.replaceChildren(...inside.filter(Boolean)); };
  button.addEventListener("click", () => {
    if (action.confirm && !timer) {
      button.classList.add("armed");
      button.replaceChildren(action.confirm);
      timer = setTimeout(disarm, CONFIRM_WITHIN_MS);
      return;
    }
    if (timer) disarm();
    press(action.name);
  });
  return button;
}

/** Have a single key press the element of `root` that names it in `data-key`, or go there; never while somebody types. */
function shortcuts(model, root) {
  const pressed = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.defaultPrevented) return;
    const at = event.composedPath()[0];
    if (at instanceof HTMLElement && (at.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName))) return;
    const found = root.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
    if (!found || found.disabled) return;
    event.preventDefault();
    if (found.tagName === "BUTTON" && !found.hasAttribute("data-key-goes")) found.click();
    else found.focus();
  };
  window.addEventListener("keydown", pressed);
  model.on("remove", () => window.removeEventListener("keydown", pressed));
}

/** Replace children, but keep the keyboard's place if the same action is still there. */
function replaceKeepingFocus(holder, ...children) {
  const focused = holder.getRootNode().activeElement;
  const name = focused && holder.contains(focused) ? focused.getAttribute("data-action") : null;
  holder.replaceChildren(...children.filter(Boolean));
  if (name) holder.querySelector(`[data-action="${name}"]`)?.focus();
}

/** Let the browser save a text as a file. */
function saveFile({ name, type, text }) {
  const url = URL.createObjectURL(new Blob([text], { type }));
  h("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}

/** Draw what Python holds, take what it sends, tell it which version is on the screen. */
function connect(model, drawAll, receive) {
  const draw = (content) => { if (Object.keys(content).length > 1) drawAll(content); }; // else there is nothing to show yet
  const initial = JSON.parse(model.content);
  draw(initial);
  model.on("msg:custom", (text) => {
    const message = JSON.parse(text);
    if (message.save) saveFile(message.save);
    if (message.full) draw(message.full);
    else receive?.(message);
  });
  model.on("content", () => draw(JSON.parse(model.content)));
  model.send_msg({ ready: initial.version ?? 0 });
}
