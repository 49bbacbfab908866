const STAYS_MS = 8000;

/** Sentences for the moderator, read aloud by screen readers; bad news stays until closed. */
export function render({ model }) {
  const calm = h("div", { class: "toasts", role: "status", "aria-live": "polite" });
  const alarm = h("div", { class: "toasts", role: "alert" });
  let close = "";
  const draw = (content) => { close = content.close; };
  const receive = ({ say }) => {
    if (!say) return;
    const box = h("div", { class: `box ${say.tone}` }, h("span", {}, say.text));
    box.append(h("button", { type: "button", title: close, "aria-label": close, onclick: () => box.remove() }, "×"));
    const holder = say.tone === "bad" ? alarm : calm;
    holder.append(box);
    while (holder.children.length > 3) holder.firstChild.remove();
    if (say.tone !== "bad") setTimeout(() => box.remove(), STAYS_MS);
  };
  connect(model, draw, receive);
  return h("div", { class: "toasts" }, calm, alarm);
}
