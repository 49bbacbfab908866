/**
 * A live table: rows once, then differences {rows: new ones, and what changed of others; gone: ids; moves: [id, the one it follows]; order: all ids}. Only
 * cells that changed are drawn again, so that hundreds of rows cost nothing while one microphone goes on.
 */
export function render({ model }) {
  const root = h("div", {});
  const rows = new Map(); // id -> {row, line, cells, actions}
  let content = {};
  let body = h("tbody", {});
  let search = null;
  let empty = null;
  const MANY_ROWS = 60;

  const press = (row, name) => model.send_msg({ press: name, row });

  const cellNodes = (cell) => {
    if (cell === null || cell === undefined || cell === "") return [];
    if (typeof cell !== "object") return [String(cell)];
    if (cell.bars !== undefined) return [h("span", { class: `bars n${cell.bars}`, role: "img", "aria-label": cell.title, title: cell.title }, h("i", {}), h("i", {}), h("i", {}))];
    const words = cell.href ? h("a", { class: cell.main ? "main" : "", href: cell.href }, cell.text) : cell.main ? h("span", { class: "main" }, cell.text) : cell.text;
    if (cell.icon) return [h("span", { class: `state ${cell.tone ?? ""}`, title: cell.title }, icon(cell.icon), cell.text ? words : h("span", { class: "hidden" }, cell.title))];
    if (cell.pill) return [h("span", { class: `pill ${cell.pill}`, title: cell.title }, cell.text), cell.sub && h("span", { class: "sub" }, cell.sub)];
    return [cell.mark && h("span", { class: "mark", role: "img", "aria-label": cell.mark, title: cell.mark }), words, cell.badge && h("span", { class: "badge" }, cell.badge), cell.sub && h("span", { class: "sub" }, cell.sub)];
  };
  const drawCell = (entry, column, cell) => {
    const text = JSON.stringify(cell ?? "");
    const held = entry.cells.get(column.key);
    if (held.text === text) return;
    held.text = text;
    const nodes = cellNodes(cell).filter((node) => node !== null && node !== undefined && node !== false && node !== "");
    held.td.replaceChildren(...(nodes.length ? [h("span", { class: "cell" }, ...nodes)] : []));
    held.td.dataset.value = cell?.value ?? "";
  };
  const drawRow = (row) => {
    let entry = rows.get(row.id);
    if (!entry) {
      entry = { line: h("tr", { "data-row": row.id }), cells: new Map(), actions: "", holder: h("div", {}) };
      for (const column of content.columns) {
        const td = h("td", { class: [column.kind, column.wide && "wide"].filter(Boolean).join(" "), "data-title": column.wide ? undefined : column.title });
        entry.cells.set(column.key, { td, text: '""' });
        entry.line.append(td);
      }
      if (content.acts) entry.line.append(h("td", { class: "actions" }, entry.holder));
      rows.set(row.id, entry);
    }
    entry.row = { ...entry.row, ...row, cells: { ...entry.row?.cells, ...row.cells } };
    if (row.look !== undefined) entry.line.className = row.look;
    for (const column of content.columns) if (column.key in row.cells) drawCell(entry, column, row.cells[column.key]);
    const actions = JSON.stringify(entry.row.actions ?? []);
    if (entry.actions !== actions) {
      entry.actions = actions;
      replaceKeepingFocus(entry.holder, ...(entry.row.actions ?? []).map((action) => actionButton(action, (name) => press(row.id, name))));
    }
    return entry.line;
  };
  const filter = () => {
    const wanted = (search?.value ?? "").trim().toLocaleLowerCase();
    let shown = 0;
    for (const { line } of rows.values()) {
      const hit = !wanted || line.textContent.toLocaleLowerCase().includes(wanted);
      line.hidden = !hit;
      line.style.display = hit ? "" : "none";
      if (hit) shown += 1;
    }
    if (empty) empty.hidden = shown > 0;
  };
  const arrange = (order) => {
    order.forEach((id, place) => {
      const line = rows.get(id)?.line;
      if (line && body.children[place] !== line) body.insertBefore(line, body.children[place] ?? null);
    });
  };
  const move = (moves) => {
    for (const [id, after] of moves) {
      const line = rows.get(id)?.line;
      if (line) body.insertBefore(line, after ? rows.get(after)?.line.nextSibling ?? null : body.firstChild);
    }
  };
  const stamp = (decided) => {
    if (!decided) return;
    root.dataset.decidedAt = String(decided);
    root.dataset.renderedAt = String(Date.now() / 1000);
    root.dataset.updates = String(Number(root.dataset.updates ?? 0) + 1);
    performance.mark("sala-roster", { detail: { decided_at_s: decided, rendered_at_s: Date.now() / 1000 } });
  };
  /** Keep the columns' widths: else one changed cell has the browser measure thousands of others. */
  const settle = (table) => {
    const heads = [...table.querySelectorAll("th")];
    const widths = heads.map((head) => head.offsetWidth);
    const whole = widths.reduce((sum, width) => sum + width, 0);
    if (!whole || getComputedStyle(table).display !== "table") return;
    heads.forEach((head, place) => { head.style.width = `${(100 * widths[place]) / whole}%`; });
    table.style.tableLayout = "fixed";
  };
  const draw = (next) => {
    const wanted = search?.value ?? "";
    content = next;
    rows.clear();
    body = h("tbody", {}, next.rows.map(drawRow));
    search = next.search ? h("input", { type: "search", placeholder: next.search, "aria-label": next.search, value: wanted, oninput: filter }) : null;
    empty = h("p", { class: "empty", hidden: next.rows.length > 0 }, next.empty);
    const heads = next.columns.map((column) => h("th", { scope: "col", class: column.kind }, column.hidden_title ? h("span", { class: "hidden" }, column.title) : column.title));
    if (next.acts) heads.push(h("th", { scope: "col" }, h("span", { class: "hidden" }, next.acts)));
    const table = h("table", {}, h("caption", { class: "hidden" }, next.caption), h("thead", {}, h("tr", {}, heads)), body);
    const frame = h("div", { class: "frame" }, table, empty);
    if (next.most_px) frame.style.setProperty("--most", `${next.most_px}px`);
    root.replaceChildren(...(search ? [h("div", { class: "tools" }, search)] : []), frame);
    filter();
    if (next.rows.length > MANY_ROWS) requestAnimationFrame(() => settle(table));
    stamp(next.decided_at_s);
  };
  const receive = (change) => {
    if (!change.rows) return;
    for (const id of change.gone) { rows.get(id)?.line.remove(); rows.delete(id); }
    for (const row of change.rows) { const line = drawRow(row); if (!line.isConnected) body.append(line); }
    if (change.moves) move(change.moves);
    if (change.order) arrange(change.order);
    filter();
    stamp(change.decided_at_s);
  };
  connect(model, draw, receive);
  shortcuts(model, root);
  return root;
}
