/** A form: fields, one submit, sentences where something is wrong. Values travel once, when it is submitted. */
export function render({ model }) {
  const root = h("div", {});
  let content = {};
  let controls = new Map(); // name -> {read, element, problem}
  let submit = null;
  let general = null;
  let count = 0;

  const options = (field) => field.options.map(([value, label]) => h("option", { value }, label));
  const named = (field, id) => h("label", { for: id }, field.label, field.required && h("span", { class: "star", "aria-hidden": "true" }, " *"));

  const simple = (field, id) => {
    const shared = { id, name: field.name, required: field.required, "aria-describedby": `${id}-problem ${id}-hint`, autocomplete: "off" };
    if (field.kind === "textarea") return h("textarea", { ...shared, value: field.value ?? "", maxlength: field.most, placeholder: field.example, rows: field.rows ?? 3 });
    if (field.kind === "select") {
      const select = h("select", shared, options(field));
      select.value = field.value ?? field.options[0]?.[0] ?? "";
      return select;
    }
    const listed = field.kind === "choice" ? { list: `${id}-list` } : {};
    const type = { choice: "text", tick: "checkbox" }[field.kind] ?? field.kind;
    return h("input", { ...shared, ...listed, type, value: field.value ?? "", min: field.least, max: type === "number" ? field.most : undefined, maxlength: type === "text" ? field.most : undefined, placeholder: field.example, accept: field.accept });
  };
  const reader = (field, element) => {
    if (field.kind === "tick") return () => element.checked;
    if (field.kind === "file") return () => fileContent(element);
    return () => element.value;
  };
  const fileContent = (element) => new Promise((resolve) => {
    const file = element.files[0];
    if (!file) { resolve(null); return; }
    const loader = new FileReader();
    loader.onload = () => resolve({ name: file.name, size: file.size, base64: String(loader.result).split(",", 2)[1] ?? "" });
    loader.onerror = () => resolve({ name: file.name, size: file.size, base64: "" });
    if (file.size > content.file_most_bytes) resolve({ name: file.name, size: file.size, base64: "" });
    else loader.readAsDataURL(file);
  });

  const people = (field, id, kept) => {
    const known = new Set(field.options.filter((person) => !person.done).map((person) => person.id));
    const chosen = new Map(Object.entries(kept ?? {}).filter(([person]) => known.has(person))); // id -> moderator?
    const list = h("ul", {});
    const tally = h("div", { class: "count small", role: "status" });
    const find = h("input", { type: "search", placeholder: field.search, "aria-label": field.search });
    const group = h("select", { "aria-label": field.group_label }, h("option", { value: "" }, field.all_groups), field.groups.map(([value, label]) => h("option", { value }, label)));
    const tell = () => { tally.textContent = `${field.chosen}: ${chosen.size}`; };
    const lines = field.options.map((person) => {
      const picked = chosen.has(person.id);
      const moderator = h("input", { type: "checkbox", disabled: !picked, checked: Boolean(chosen.get(person.id)), "data-moderator": person.id, onchange: (event) => chosen.set(person.id, event.target.checked) });
      const tick = h("input", { type: "checkbox", disabled: person.done, checked: picked, "data-person": person.id, onchange: (event) => {
        if (event.target.checked) chosen.set(person.id, moderator.checked); else { chosen.delete(person.id); moderator.checked = false; }
        moderator.disabled = !event.target.checked;
        tell();
      } });
      const text = h("span", {}, person.name ? h("strong", {}, person.name) : "", person.email && (person.name ? ` · ${person.email}` : person.email), person.note && h("span", { class: "small" }, ` · ${person.note}`));
      return { person, text: `${person.name} ${person.email ?? ""} ${person.note ?? ""} ${field.headings ? person.group : ""}`.toLocaleLowerCase(), node: h("li", { class: person.done ? "done" : "" }, h("label", {}, tick, text), field.moderator && h("label", {}, moderator, field.moderator)) };
    });
    const show = () => {
      const wanted = find.value.trim().toLocaleLowerCase();
      const found = lines.filter((line) => (!group.value || line.person.group === group.value) && line.text.includes(wanted));
      const heading = (line, place) => field.headings && line.person.group !== found[place - 1]?.person.group && h("li", { class: "heading" }, field.groups.find(([value]) => value === line.person.group)?.[1]);
      list.replaceChildren(...found.flatMap((line, place) => [heading(line, place), line.node]).filter(Boolean));
      if (!list.children.length) list.append(h("li", { class: "done" }, field.nobody));
    };
    find.addEventListener("input", show);
    find.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
    group.addEventListener("change", show);
    show();
    tell();
    const box = h("div", { class: "people", id, role: "group", "aria-label": field.label }, h("div", { class: "tools" }, find, group), list, tally);
    return { element: box, read: () => Object.fromEntries(chosen) };
  };

  const drawField = (field, kept) => {
    const id = `field-${field.name}`;
    const problem = h("span", { class: "problem", id: `${id}-problem`, role: "alert" });
    const hint = h("small", { id: `${id}-hint` }, field.hint ?? "");
    const special = field.kind === "people" ? people(field, id, kept) : null;
    const element = special?.element ?? simple(field, id);
    if (field.kind === "tick") element.checked = Boolean(kept ?? field.value);
    else if (kept !== undefined && !special && field.kind !== "file") element.value = kept;
    controls.set(field.name, { read: special?.read ?? reader(field, element), element, problem });
    const list = field.kind === "choice" ? h("datalist", { id: `${id}-list` }, field.options.map((value) => h("option", { value }))) : null;
    const label = field.kind === "people" ? h("span", { class: "small" }, field.label) : named(field, id);
    const inside = field.kind === "tick" ? [element, label, problem] : field.kind === "people" ? [label, field.hint && hint, element, problem] : [label, element, list, field.hint && hint, problem];
    return h("div", { class: `field ${field.width ?? ""} ${field.kind === "tick" ? "tick" : ""}` }, ...inside);
  };
  const draw = (next) => {
    const kept = next.keeps !== undefined && next.keeps === content.keeps ? typed() : {}; // new choices, the same form: what was typed stays
    content = next;
    controls = new Map();
    if (!next.fields) { root.replaceChildren(); return; }
    submit = h("button", { type: "submit", class: "primary", disabled: Boolean(next.disabled) }, next.submit);
    general = h("p", { class: "box bad", role: "alert", hidden: true });
    const cancel = next.cancel && h("button", { type: "button", onclick: () => model.send_msg({ cancel: true }) }, next.cancel);
    const extra = (next.actions ?? []).map((action) => actionButton(action, (name) => model.send_msg({ press: name })));
    const form = h("form", { novalidate: true, "aria-label": next.title, onsubmit: send }, next.title && h("h2", {}, next.title), h("div", { class: "fields" }, next.fields.map((field) => drawField(field, kept[field.name]))), general, h("div", { class: "buttons" }, submit, cancel, ...extra));
    root.replaceChildren(form);
    if (next.focus) form.querySelector("input, select, textarea")?.focus();
  };
  const typed = () => Object.fromEntries([...controls].filter(([, control]) => control.element.type !== "file").map(([name, control]) => [name, control.read()]));
  const send = async (event) => {
    event.preventDefault();
    count += 1;
    submit.disabled = true;
    complain({});
    const values = {};
    for (const [name, control] of controls) values[name] = await control.read();
    model.send_msg({ submit: values, count });
  };
  const complain = (problems) => {
    let first = null;
    for (const [name, control] of controls) {
      const sentence = problems[name] ?? "";
      control.problem.textContent = sentence;
      control.element.setAttribute("aria-invalid", String(Boolean(sentence)));
      if (sentence && !first) first = control.element;
    }
    if (general) { general.textContent = problems[""] ?? ""; general.hidden = !problems[""]; }
    first?.focus();
  };
  const receive = (message) => {
    if (message.answered !== undefined && submit) { submit.disabled = Boolean(content.disabled); complain(message.problems ?? {}); }
    if (message.disabled !== undefined && submit) { content.disabled = message.disabled; submit.disabled = message.disabled; }
  };
  connect(model, draw, receive);
  return root;
}
